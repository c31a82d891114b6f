// Asks where a song stands until its analysis is over: often while things move, seldom while they do not, and not
// at all while nobody looks.

const FIRST_MS = 300;
const LONGEST_MS = 2000;
const TROUBLE_MS = 5000;
const AT_ONCE = 4;
const FAR_BACK = 3;
const OVER = ["done", "failed", "cancelled"];

let free = AT_ONCE;
const turns = [];

// With fifty songs on a page, only so many questions are under way at the same time.
async function inTurn(task) {
  if (free) free -= 1;
  else await new Promise((resolve) => turns.push(resolve));
  try {
    await task();
  } finally {
    if (turns.length) turns.shift()();
    else free += 1;
  }
}

// `listener` has onStatus(status), onTrouble() while the server cannot be reached, and onLost(reason), after which
// nothing more comes: "login" when the session has ended, "gone" when the song has.
export class Watch {
  #url;
  #listener;
  #delay = FIRST_MS;
  #timer = 0;
  #busy = false;
  #over = false;
  #last = "";

  constructor(url, listener) {
    this.#url = url;
    this.#listener = listener;
    document.addEventListener("visibilitychange", this.#look);
    this.#schedule();
  }

  #look = () => {
    clearTimeout(this.#timer);
    if (document.hidden || this.#busy || this.#over) return;
    this.#delay = FIRST_MS;
    this.#ask();
  };

  #schedule() {
    if (!document.hidden && !this.#over) this.#timer = setTimeout(() => this.#ask(), this.#delay);
  }

  #end() {
    this.#over = true;
    document.removeEventListener("visibilitychange", this.#look);
  }

  async #ask() {
    this.#busy = true;
    try {
      await inTurn(() => this.#once());
    } catch {
      this.#delay = TROUBLE_MS;
      this.#listener.onTrouble();
    }
    this.#busy = false;
    this.#schedule();
  }

  async #once() {
    const options = { headers: { Accept: "application/json" }, cache: "no-store", redirect: "manual" };
    const response = await fetch(this.#url, options);
    if (response.type === "opaqueredirect" || response.status === 401) return this.#lose("login");
    if (response.status === 404) return this.#lose("gone");
    if (!response.ok) throw new Error(`status ${response.status}`);
    const text = await response.text();
    const status = JSON.parse(text);
    this.#adapt(text, status.queue_place > FAR_BACK);
    if (OVER.includes(status.state)) this.#end();
    this.#listener.onStatus(status);
  }

  #adapt(text, farBack) {
    if (farBack) this.#delay = LONGEST_MS;
    else this.#delay = text === this.#last ? Math.min(this.#delay * 1.5, LONGEST_MS) : FIRST_MS;
    this.#last = text;
  }

  #lose(reason) {
    this.#end();
    this.#listener.onLost(reason);
  }
}
