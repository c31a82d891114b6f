// Says what happened to screen readers, gathered: ten songs done within a moment are one announcement.

const QUIET_MS = 1200;

export class Announcer {
  #element;
  #said = [];
  #timer = 0;

  constructor(element) {
    this.#element = element;
  }

  say(sentence) {
    this.#said.push(sentence);
    this.#timer ||= setTimeout(() => this.#speak(), QUIET_MS);
  }

  #speak() {
    this.#element.textContent = this.#said.join(". ");
    this.#said = [];
    this.#timer = 0;
  }
}
