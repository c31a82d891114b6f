// Sends files one a request, two at a time. A lost connection is tried again by itself before anybody is asked.

import { Known } from "./known.js";
import { _ } from "./language.js";

const AT_ONCE = 2;
const PAUSES = [1, 3, 8, 20, 60, 60];
const BUSY = [502, 503, 504];
const LONGEST_PAUSE = 120;

// A transfer's listener has onProgress(share), onPause(seconds, reason), onWaiting() when all are paused, and at the
// end one of onSongs(outcomes), onRefused(message, {again, lost, login}) and onCancelled().
// `onHalt(seconds)` hears that the server wants no more for now: the login is over (null) or a limit is reached.
export class Uploader {
  #action;
  #token;
  #known;
  #onHalt;
  #waiting = [];
  #running = new Set();
  #paused = false;

  constructor(action, knownUrl, token, onHalt) {
    this.#action = action;
    this.#token = token;
    this.#known = new Known(knownUrl, token);
    this.#onHalt = onHalt;
  }

  get busy() {
    return this.#running.size + this.#waiting.length > 0;
  }

  get paused() {
    return this.#paused;
  }

  // Returns a function that cancels this transfer.
  send(file, listener) {
    const transfer = new Transfer(file, listener, this.#action, this.#token);
    this.#waiting.push(transfer);
    this.#next();
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== transfer);
      transfer.cancel();
    };
  }

  // What is under way stops and will start anew, except where all is sent and only the answer is missing.
  pause() {
    this.#paused = true;
    for (const transfer of this.#running) transfer.hold();
  }

  resume() {
    this.#paused = false;
    for (let free = AT_ONCE - this.#running.size; free > 0; free -= 1) this.#next();
  }

  async #next() {
    if (this.#paused || this.#running.size >= AT_ONCE || !this.#waiting.length) return;
    const transfer = this.#waiting.shift();
    this.#running.add(transfer);
    const next = this.#waiting.map((other) => other.file);
    const end = await transfer.run(this.#known, next);
    this.#running.delete(transfer);
    if (end.held) this.#waiting.unshift(transfer);
    if (end.halt !== undefined) {
      this.pause();
      this.#onHalt(end.halt);
    }
    this.#next();
  }
}

class Transfer {
  #listener;
  #action;
  #token;
  #cancelled = false;
  #sent = false;
  #stop = new AbortController();

  constructor(file, listener, action, token) {
    this.file = file;
    this.#listener = listener;
    this.#action = action;
    this.#token = token;
  }

  // Returns {held} when it has to run again, and {halt} when no other needs to try for so many seconds.
  async run(known, next) {
    this.#stop = new AbortController();
    this.#sent = false;
    for (const pause of [...PAUSES, null]) {
      const song = await known.song(this.file, next);
      if (this.#stop.signal.aborted) return this.#stopped();
      if (song) {
        this.#listener.onSongs([{ ...song, duplicate: true }]);
        return {};
      }
      const answer = await this.#post(known.hash(this.file));
      if (this.#stop.signal.aborted) return this.#stopped();
      if (answer.status === 0) {
        known.forget(this.file);
        if (!(await isReadable(this.file))) {
          this.#listener.onRefused(CHANGED, {});
          return {};
        }
      }
      if (answer.status === 429 && answer.after > LONGEST_PAUSE) {
        this.#listener.onWaiting();
        return { held: true, halt: answer.after };
      }
      const seconds = pauseAfter(answer, pause);
      if (seconds === null) return this.#settle(answer);
      this.#listener.onPause(seconds, answer.status === 429 ? "busy" : "lost");
      await rest(seconds, this.#stop.signal);
      if (this.#stop.signal.aborted) return this.#stopped();
    }
    return {};
  }

  cancel() {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#stop.abort();
    this.#listener.onCancelled();
  }

  hold() {
    if (!this.#sent) this.#stop.abort();
  }

  #stopped() {
    if (this.#cancelled) return {};
    this.#listener.onWaiting();
    return { held: true };
  }

  #post(hash) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", this.#action);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", this.#token);
      request.upload.onprogress = ({ loaded, total }) => {
        const share = total ? loaded / total : 1;
        this.#sent = share === 1;
        this.#listener.onProgress(share);
      };
      // Whatever the end, loadend comes; a status of 0 means that no answer did.
      request.onloadend = () => {
        this.#sent = false;
        resolve(answerOf(request));
      };
      this.#stop.signal.addEventListener("abort", () => request.abort(), { once: true });
      const form = new FormData();
      if (hash) form.append("sha256", hash);
      form.append("songs", this.file, this.file.name);
      request.send(form);
    });
  }

  #settle({ status, body }) {
    if (body?.songs?.length) {
      this.#listener.onSongs(body.songs);
      return {};
    }
    const [message, ways] = refusal(status, body?.message, body?.error);
    this.#listener.onRefused(message, ways);
    return ways.login ? { halt: null } : {};
  }
}

const CHANGED = _("This file was changed or taken away while it was sent. Choose it again.");

// A browser refuses to read on in a file that is not any more what was chosen.
async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function answerOf(request) {
  let body = null;
  try {
    body = JSON.parse(request.responseText);
  } catch {
    // A page instead of JSON: the log-in page after a redirect, or a proxy's error.
  }
  const after = Number(request.getResponseHeader("Retry-After")) || 0;
  return { status: request.status, body, after };
}

function pauseAfter({ status, body, after }, pause) {
  if (pause === null) return null;
  if (status === 429) return after || pause;
  return status === 0 || (BUSY.includes(status) && !body) ? pause : null;
}

function refusal(status, message, code) {
  // A token of a session that is over is refused before anybody asks who is there.
  const loggedOut = status === 401 || code === "csrf" || (status === 200 && !message);
  if (loggedOut) return [_("You have been logged out."), { again: true, login: true }];
  if (status === 413) return [message ?? _("This file is too large."), {}];
  if (status === 0) return [_("It could not be sent. Is the network there?"), { again: true, lost: true }];
  if (status === 429) return [_("Too many songs at once. Try again in a while."), { again: true }];
  return [message ?? _("Something broke on our side."), { again: status >= 500 }];
}

// Rests for so long, or until the network is back, or until stopped.
function rest(seconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, seconds * 1000);
    function done() {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    }
    window.addEventListener("online", done);
    signal.addEventListener("abort", done, { once: true });
  });
}
