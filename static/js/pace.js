// How quickly bytes went lately, and how long the rest will take at that pace.

const WINDOW_MS = 20_000;
const ENOUGH_MS = 3000;

export class Pace {
  #marks = [];

  note(bytes, now) {
    this.#marks.push([now, bytes]);
    while (now - this.#marks[0][0] > WINDOW_MS) this.#marks.shift();
  }

  // A pause says nothing about the line.
  reset() {
    this.#marks = [];
  }

  // Seconds for so many bytes, or null while there is too little to tell by.
  secondsFor(bytes) {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    if (!first || last[0] - first[0] < ENOUGH_MS || last[1] <= first[1]) return null;
    return (bytes * (last[0] - first[0])) / (last[1] - first[1]) / 1000;
  }
}
