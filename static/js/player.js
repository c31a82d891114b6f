// Joins the waveform to the player below it: it shows where the song is, and is a slider to go elsewhere with.

import { _ } from "./language.js";

const STEP = 5; // Seconds that an arrow key goes.
const LEAP = 30; // And a page key.

const audio = document.querySelector("[data-audio]");
const wave = document.querySelector("[data-wave]");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, String(whole % 60).padStart(2, "0")];
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

class Wave {
  #length = Number(wave.dataset.duration);
  #runs = JSON.parse(wave.dataset.runs);
  #head = wave.querySelector("[data-head]");
  #ahead = wave.querySelector("[data-ahead]");
  #width = wave.querySelector("svg").viewBox.baseVal.width;
  #frame;

  constructor() {
    this.#becomeSlider();
    this.#show();
    for (const event of ["timeupdate", "seeking", "ended"]) audio.addEventListener(event, () => this.#show());
    audio.addEventListener("play", () => this.#follow());
    audio.addEventListener("pause", () => cancelAnimationFrame(this.#frame));
    wave.addEventListener("keydown", (event) => this.#onKey(event));
    wave.addEventListener("pointerdown", (event) => this.#onPress(event));
    wave.addEventListener("pointermove", (event) => this.#onDrag(event));
    wave.addEventListener("pointerup", (event) => this.#onRelease(event));
  }

  #becomeSlider() {
    const attributes = {
      role: "slider",
      tabindex: "0",
      "aria-label": _("Position in the song"),
      "aria-valuemin": "0",
      "aria-valuemax": String(Math.round(this.#length)),
    };
    for (const [name, value] of Object.entries(attributes)) wave.setAttribute(name, value);
  }

  // Once a frame where things may move, else as often as the player itself says where it is.
  #follow() {
    cancelAnimationFrame(this.#frame);
    if (calm.matches || audio.paused) return;
    this.#show();
    this.#frame = requestAnimationFrame(() => this.#follow());
  }

  #show() {
    const time = Math.min(audio.currentTime, this.#length);
    const begun = time > 0;
    const x = (time / this.#length) * this.#width;
    this.#head.setAttribute("x1", x);
    this.#head.setAttribute("x2", x);
    this.#ahead.setAttribute("x", x);
    this.#ahead.setAttribute("width", begun ? this.#width - x : 0);
    wave.classList.toggle("begun", begun);
    const second = String(Math.floor(time));
    if (wave.getAttribute("aria-valuenow") === second) return;
    wave.setAttribute("aria-valuenow", second);
    wave.setAttribute("aria-valuetext", `${clock(time)}, ${this.#genreAt(time)}`);
  }

  #genreAt(time) {
    const [, genre] = this.#runs.find(([end]) => time < end) ?? this.#runs.at(-1);
    return genre;
  }

  #go(time) {
    // From now on the player itself should know how long the song is; until somebody wants to hear it nothing is loaded.
    if (!audio.readyState) audio.preload = "metadata";
    audio.currentTime = Math.min(Math.max(0, time), this.#length);
    this.#show();
  }

  #goTo(event) {
    const { left, width } = wave.getBoundingClientRect();
    this.#go(((event.clientX - left) / width) * this.#length);
  }

  #onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const now = audio.currentTime;
    const places = {
      ArrowLeft: now - STEP,
      ArrowDown: now - STEP,
      ArrowRight: now + STEP,
      ArrowUp: now + STEP,
      PageDown: now - LEAP,
      PageUp: now + LEAP,
      Home: 0,
      End: this.#length,
    };
    if (event.key in places) this.#go(places[event.key]);
    else if (event.key === " " || event.key === "Enter") this.#toggle();
    else return;
    event.preventDefault();
  }

  #toggle() {
    if (audio.paused) this.#play();
    else audio.pause();
  }

  // What does not play says so by its error event.
  #play() {
    audio.play().catch(() => {});
  }

  #onPress(event) {
    if (event.button !== 0) return;
    wave.setPointerCapture(event.pointerId);
    this.#goTo(event);
  }

  #onDrag(event) {
    if (wave.hasPointerCapture(event.pointerId)) this.#goTo(event);
  }

  #onRelease(event) {
    if (wave.hasPointerCapture(event.pointerId)) this.#play();
  }
}

audio.addEventListener("error", () => {
  document.querySelector("[data-unplayable]").hidden = false;
});

if (wave) new Wave();
