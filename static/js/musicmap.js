// Makes the map of a person's music answer: the song under the pointer, and from song to song by the arrow keys.

import { _ } from "./language.js";

const REACH = 40; // how far from a dot, in units of the drawing, the pointer still means it
const WIDTH = 2; // how much more a step to the side counts than one in the direction of the key

const DIRECTIONS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const frame = document.querySelector("[data-map]");
const told = document.querySelector("[data-told]");
const ring = frame.querySelector("[data-ring]");
const picture = frame.querySelector("svg");

let map = null; // songs as [id, x, y, genre, title], once they are here
let asked = null;
let current = null;

function songs() {
  asked ??= fetch(frame.dataset.points, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
    .then((answer) => (map = answer))
    .catch(() => (asked = null)); // asked for again by the next key or pointer
  return asked;
}

const address = ([id]) => map.address + encodeURIComponent(id);

function tell(song) {
  if (song === current) return;
  current = song;
  const [id, x, y, genre, title] = song;
  ring.setAttribute("cx", x);
  ring.setAttribute("cy", y);
  ring.setAttribute("visibility", "visible");
  const link = document.createElement("a");
  link.href = address(song);
  link.textContent = title;
  told.replaceChildren(link, ` ${_("(%(genre)s)", { genre: map.genres[genre] })}`);
}

function nearestTo(x, y, cost) {
  let best = null;
  let least = Infinity;
  for (const song of map.songs) {
    const far = cost(song[1] - x, song[2] - y);
    if (far < least) [best, least] = [song, far];
  }
  return best;
}

// Into the direction of the key, and rather straight ahead than near.
function onwards(key) {
  const [ahead_x, ahead_y] = DIRECTIONS[key];
  const [, x, y] = current;
  return nearestTo(x, y, (dx, dy) => {
    const ahead = dx * ahead_x + dy * ahead_y;
    const aside = Math.abs(dx * ahead_y - dy * ahead_x);
    return ahead > 0 && aside <= WIDTH * ahead ? ahead + WIDTH * aside : Infinity;
  });
}

function under(event) {
  const box = picture.getBoundingClientRect();
  const unit = picture.viewBox.baseVal.width / box.width;
  const [x, y] = [(event.clientX - box.left) * unit, (event.clientY - box.top) * unit];
  const reach = Math.max(REACH, 24 * unit);
  return nearestTo(x, y, (dx, dy) => (Math.hypot(dx, dy) <= reach ? Math.hypot(dx, dy) : Infinity));
}

frame.addEventListener("pointerenter", songs);
frame.addEventListener("pointermove", (event) => {
  if (!map) return;
  const song = under(event);
  if (song) tell(song);
});

frame.addEventListener("click", async (event) => {
  if (event.target.closest("a") || event.button !== 0) return;
  await songs();
  const song = map && under(event);
  // A finger has not pointed before: its first tap tells, the next one opens.
  if (song && song === current) location.assign(address(song));
  else if (song) tell(song);
});

frame.addEventListener("keydown", async (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Enter" && current) location.assign(address(current));
  if (!(event.key in DIRECTIONS)) return;
  event.preventDefault();
  await songs();
  if (!map) return;
  const { width, height } = picture.viewBox.baseVal;
  const song = current ? onwards(event.key) : nearestTo(width / 2, height / 2, Math.hypot);
  if (song) tell(song);
});

frame.tabIndex = 0;
frame.setAttribute("role", "application");
frame.setAttribute("aria-label", _("Map of your music: arrow keys go from song to song, Enter opens one"));
document.querySelector("[data-by-script]").hidden = false;
