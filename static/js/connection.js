// Says when the connection is lost and when it is back, and hands the page for lost connections to the browser to keep.

const SECONDS_SHOWN = 5;

const place = document.querySelector("[data-connection]");
let hiding;

function say(words) {
  clearTimeout(hiding);
  const note = document.createElement("p");
  note.className = "notice connection";
  note.textContent = words;
  place.replaceChildren(note);
}

addEventListener("offline", () => say(place.dataset.lost));

addEventListener("online", () => {
  say(place.dataset.found);
  hiding = setTimeout(() => place.replaceChildren(), SECONDS_SHOWN * 1000);
});

if (!navigator.onLine) {
  say(place.dataset.lost);
}

// Without it, as in a private window, all works but the kept page.
navigator.serviceWorker?.register(place.dataset.worker).catch(() => {});
