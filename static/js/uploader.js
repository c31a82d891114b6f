// Sends files one a request, two at a time. A lost connection is tried again by itself before anybody is asked.

const AT_ONCE = 2;
const PAUSES = [1, 3, 8];
const BUSY = [502, 503, 504];
const LONGEST_PAUSE = 120;

// `listener` has onProgress(share), onPause(seconds, reason), and at the end one of onAccepted(song),
// onRefused(message, {again, login}) and onCancelled().
export class Uploader {
  #action;
  #token;
  #waiting = [];
  #sending = 0;

  constructor(action, token) {
    this.#action = action;
    this.#token = token;
  }

  get busy() {
    return this.#sending > 0;
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

  async #next() {
    if (this.#sending >= AT_ONCE || !this.#waiting.length) return;
    this.#sending += 1;
    await this.#waiting.shift().run();
    this.#sending -= 1;
    this.#next();
  }
}

class Transfer {
  #file;
  #listener;
  #action;
  #token;
  #stop = new AbortController();

  constructor(file, listener, action, token) {
    this.#file = file;
    this.#listener = listener;
    this.#action = action;
    this.#token = token;
  }

  async run() {
    for (const pause of [...PAUSES, null]) {
      const answer = await this.#post();
      if (this.#stop.signal.aborted) return;
      const seconds = pauseAfter(answer, pause);
      if (seconds === null) {
        this.#settle(answer);
        return;
      }
      this.#listener.onPause(seconds, answer.status === 429 ? "busy" : "lost");
      await rest(seconds, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
    }
  }

  cancel() {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#listener.onCancelled();
  }

  #post() {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", this.#action);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", this.#token);
      request.upload.onprogress = ({ loaded, total }) => this.#listener.onProgress(total ? loaded / total : 1);
      // Whatever the end, loadend comes; a status of 0 means that no answer did.
      request.onloadend = () => resolve(answerOf(request));
      this.#stop.signal.addEventListener("abort", () => request.abort(), { once: true });
      const form = new FormData();
      form.append("songs", this.#file, this.#file.name);
      request.send(form);
    });
  }

  #settle({ status, body }) {
    const song = body?.songs?.[0];
    if (song?.id) this.#listener.onAccepted(song);
    else this.#listener.onRefused(...refusal(status, song?.message ?? body?.message, body?.error));
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
  if (status === 429) return after <= LONGEST_PAUSE ? after || pause : null;
  return status === 0 || (BUSY.includes(status) && !body) ? pause : null;
}

function refusal(status, message, code) {
  // A token of a session that is over is refused before anybody asks who is there.
  const loggedOut = status === 401 || code === "csrf" || (status === 200 && !message);
  if (loggedOut) return ["You have been logged out.", { login: true }];
  if (status === 413) return [message ?? "This file is too large.", {}];
  if (status === 0) return ["It could not be sent. Is the network there?", { again: true }];
  if (status === 429) return ["Too many songs at once. Try again in a while.", { again: true }];
  return [message ?? "Something broke on our side.", { again: status >= 500 }];
}

// Rests for so long, or until the network is back, or until cancelled.
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
