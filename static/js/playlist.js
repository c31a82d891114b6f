// Puts a playlist in order in place: by dragging a row's grip, by arrow keys on it, by the two buttons.

import { Announcer } from "./announcer.js";
import { _ } from "./language.js";

// Pixels from the window's edge within which a drag scrolls the page, and how far at a time.
const EDGE = 80;
const SCROLL_STEP = 12;

const list = document.querySelector("[data-move-url]");
const trouble = document.querySelector("[data-trouble]");
const announcer = new Announcer(document.querySelector("[data-announcer]"));
const token = document.querySelector("meta[name=csrf-token]").content;
const start = Number(list.dataset.start);
const [previous, following] = [list.dataset.previous, list.dataset.following].map((ids) => ids.split(" ").filter(Boolean));

const rows = () => [...list.children];
const ids = () => rows().map((row) => row.dataset.entry);

let saved = ids(); // The order as the server last confirmed it.
let sending = Promise.resolve(); // Each move is about the list that the one before it left, so they go in turn.
let waiting = 0;
let troubles = 0; // Moves that were made before the last trouble are dropped.

// The buttons say where they move their row, for the script and for a plain form alike.
function settle() {
  const order = [...previous, ...ids(), ...following];
  rows().forEach((row, index) => {
    const place = previous.length + index;
    const [up, down] = [row.querySelector("[data-up]"), row.querySelector("[data-down]")];
    [up.value, up.disabled] = [order[place - 1] ?? "", place === 0];
    [down.value, down.disabled] = [order[place + 2] ?? "", place + 1 === order.length];
    row.querySelector("[data-place]").textContent = start + index + 1;
  });
}

async function send(entry, before) {
  const body = new URLSearchParams({ entry, before });
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  // keepalive: a move is not lost by leaving the page right after it.
  const options = { method: "POST", headers, body, redirect: "manual", keepalive: true };
  const answer = await fetch(list.dataset.moveUrl, options);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  await answer.json();
}

// Tells the server of a row that was moved on the page already.
function save(row) {
  const entry = row.dataset.entry;
  const before = row.nextElementSibling?.dataset.entry ?? following[0] ?? "";
  const order = ids();
  const since = troubles;
  settle();
  const number = start + order.indexOf(entry) + 1;
  announcer.say(_("%(title)s, now number %(number)s", { title: row.dataset.title, number }));
  waiting += 1;
  list.dataset.saving = waiting;
  sending = sending.then(async () => {
    try {
      if (since !== troubles) return;
      await send(entry, before);
      saved = order;
      trouble.hidden = true;
    } catch {
      putBack();
    } finally {
      waiting -= 1;
      list.dataset.saving = waiting;
    }
  });
}

function putBack() {
  troubles += 1;
  arrange(saved);
  settle();
  trouble.hidden = false;
  announcer.say(trouble.textContent.trim());
}

function arrange(order) {
  const byId = new Map(rows().map((row) => [row.dataset.entry, row]));
  const focused = document.activeElement;
  list.append(...order.map((id) => byId.get(id)));
  focused.focus({ preventScroll: true });
}

// The neighbour goes around the row: a row that is taken out and put in elsewhere loses its focus, and its pointer.
function pass(row, down) {
  const other = down ? row.nextElementSibling : row.previousElementSibling;
  if (other && down) row.before(other);
  else if (other) row.after(other);
  return Boolean(other);
}

function step(row, down) {
  if (!pass(row, down)) return false;
  row.scrollIntoView({ block: "nearest" });
  save(row);
  return true;
}

// At an end of the page the form does it: the row goes to another page.
list.addEventListener("submit", (event) => {
  const button = event.submitter;
  const moves = button?.matches("[data-up], [data-down]");
  if (!moves || !step(button.closest("li"), button.matches("[data-down]"))) return;
  event.preventDefault();
  if (button.disabled) button.parentElement.querySelector(".tool:enabled").focus({ preventScroll: true });
});

list.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-grip]") || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  step(event.target.closest("li"), event.key === "ArrowDown");
});

list.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (grip && event.button === 0) new Drag(grip, event);
});

function middle(row, none) {
  if (!row) return none;
  const { top, height } = row.getBoundingClientRect();
  return top + height / 2;
}

// One drag, from taking hold of a grip to letting go; Escape, or the system, takes it back.
class Drag {
  #row;
  #before;
  #y;
  #frame;
  #listening = new AbortController();

  constructor(grip, event) {
    event.preventDefault();
    grip.focus({ preventScroll: true });
    this.#row = grip.closest("li");
    this.#before = ids();
    this.#y = event.clientY;
    const { signal } = this.#listening;
    window.addEventListener("pointermove", (moved) => (this.#y = moved.clientY), { signal });
    window.addEventListener("pointerup", () => this.#end(true), { signal });
    window.addEventListener("pointercancel", () => this.#end(false), { signal });
    window.addEventListener("keydown", (pressed) => pressed.key === "Escape" && this.#end(false), { signal });
    this.#mark(true);
    this.#follow();
  }

  #mark(dragged) {
    this.#row.classList.toggle("dragged", dragged);
    document.body.classList.toggle("sorting", dragged);
  }

  // Once a frame, because the page may scroll under a pointer that stands still.
  #follow() {
    this.#frame = requestAnimationFrame(() => this.#follow());
    if (this.#y < EDGE) window.scrollBy(0, -SCROLL_STEP);
    else if (this.#y > window.innerHeight - EDGE) window.scrollBy(0, SCROLL_STEP);
    while (middle(this.#row.nextElementSibling, Infinity) < this.#y) pass(this.#row, true);
    while (this.#y < middle(this.#row.previousElementSibling, -Infinity)) pass(this.#row, false);
  }

  #end(keep) {
    this.#listening.abort();
    cancelAnimationFrame(this.#frame);
    this.#mark(false);
    if (ids().join() === this.#before.join()) return;
    if (keep) save(this.#row);
    else arrange(this.#before);
  }
}
