// Lets only so many tasks go on at the same time; the others wait, first come, first served.

export class Turns {
  #free;
  #waiting = [];

  constructor(many) {
    this.#free = many;
  }

  // `task` gets a function to call when it is over; calling it twice does no harm.
  take(task) {
    this.#waiting.push(task);
    this.#next();
  }

  #next() {
    if (!this.#free || !this.#waiting.length) return;
    this.#free -= 1;
    let over = false;
    this.#waiting.shift()(() => {
      if (over) return;
      over = true;
      this.#free += 1;
      this.#next();
    });
  }
}
