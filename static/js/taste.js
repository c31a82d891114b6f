// The choices on "For you" apply as soon as they are made, and tell the time zone only where the clock is asked for.

const form = document.querySelector("[data-choices]");
const zone = form.elements.time_zone;

form.querySelector("[data-apply]").hidden = true;

form.addEventListener("change", () => {
  const byClock = form.elements.context.value === "local";
  zone.value = byClock ? Intl.DateTimeFormat().resolvedOptions().timeZone || "" : "";
  form.requestSubmit();
});
