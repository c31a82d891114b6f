// The upload page: takes files in by choosing or dropping, and follows each to its verdict.

import { Announcer } from "./announcer.js";
import { filesOf, hasFiles } from "./dropped.js";
import { Watch } from "./poll.js";
import { Row } from "./row.js";
import { Uploader } from "./uploader.js";
import { count, spokenVerdict } from "./words.js";

const form = document.querySelector("[data-upload]");
const input = form.querySelector("input[type=file]");
const section = document.querySelector("[data-transfers]");
const rows = section.querySelector("[data-rows]");
const summary = section.querySelector("[data-summary]");
const hint = section.querySelector("[data-hint]");
const template = document.querySelector("#transfer");
const token = document.querySelector("meta[name=csrf-token]").content;
const maxMb = Number(form.dataset.maxMb);

const announcer = new Announcer(document.querySelector("[data-announcer]"));
const uploader = new Uploader(form.action, token);
const songs = new Set();

// A song is "sending", "following" (its bytes are here, its verdict is not), "done" or "failed".
class Song {
  constructor(file) {
    this.file = file;
    this.row = new Row(template, file);
    this.state = "sending";
    rows.append(this.row.element);
    songs.add(this);
    this.start();
  }

  start = () => {
    if (this.file.size === 0) this.fail("This file is empty.");
    else if (this.file.size > maxMb * 2 ** 20) this.fail(`This file is larger than ${maxMb} MB.`);
    else this.send();
  };

  send() {
    this.enter("sending");
    let stop = null;
    const cancel = () => stop();
    this.row.waiting(cancel);
    stop = uploader.send(this.file, {
      onProgress: (share) => this.row.sending(share, cancel),
      onPause: (seconds, reason) => this.row.pausing(pauseText(seconds, reason), cancel),
      onAccepted: (song) => this.follow(song),
      onCancelled: () => this.fail("Cancelled", { retry: this.start }, "quiet"),
      onRefused: (message, { again, login }) =>
        this.fail(message, { retry: again && this.start, link: login && ["Log in again", form.dataset.loginUrl] }),
    });
  }

  follow({ url, status_url: statusUrl, duplicate = false }) {
    this.enter("following");
    this.row.following({ state: "queued" });
    new Watch(statusUrl, {
      onStatus: (status) => this.hear(status, { url, statusUrl, duplicate }),
      onTrouble: () => this.row.pausing("The connection is lost. Still trying."),
      onLost: (reason) => {
        if (reason === "gone") this.fail("This song was deleted.");
        else this.fail("You have been logged out.", { link: ["Log in again", form.dataset.loginUrl] });
      },
    });
  }

  hear(status, places) {
    if (status.state === "done") {
      this.enter("done");
      this.row.done(status, places.duplicate);
      announcer.say(`${this.file.name}: ${spokenVerdict(status)}`);
    } else if (status.state === "failed" || status.state === "cancelled") {
      this.fail(status.error ?? "The analysis was cancelled.", { retry: () => this.analyseAgain(places) });
    } else this.row.following(status);
  }

  async analyseAgain(places) {
    this.enter("following");
    this.row.following({ state: "queued" });
    const options = { method: "POST", headers: { "X-CSRFToken": token, Accept: "application/json" }, redirect: "manual" };
    const response = await fetch(`${places.url}/retry`, options).catch(() => null);
    // Whatever a server in good health has answered, the song's status tells it better.
    if (response && response.status < 500) this.follow({ url: places.url, status_url: places.statusUrl });
    else this.fail("It could not be started again.", { retry: () => this.analyseAgain(places) });
  }

  fail(text, controls = {}, loudness = "aloud") {
    this.enter("failed");
    this.row.failed(text, controls);
    if (loudness === "aloud") announcer.say(`${this.file.name}: ${text}`);
  }

  enter(state) {
    this.state = state;
    summarise();
  }
}

function pauseText(seconds, reason) {
  const why = reason === "busy" ? "The server asks for a pause" : "Not sent yet";
  return `${why}. Trying again in ${count(seconds, "second", "seconds")}.`;
}

function summarise() {
  const states = [...songs].map((song) => song.state);
  const done = states.filter((state) => state === "done").length;
  const failed = states.filter((state) => state === "failed").length;
  const open = states.length - done - failed;
  summary.textContent = states.length === 1 ? "Your song" : `${done} of ${states.length} songs done`;
  if (states.includes("sending")) hint.textContent = "Keep this page open until all are sent.";
  else if (open) hint.textContent = "You may leave this page: the results will be in your history.";
  else hint.textContent = failed ? `${failed} could not be analysed.` : "Drop more whenever you like.";
}

function take(files) {
  if (!files.length) return;
  section.hidden = false;
  announcer.say(`${count(files.length, "song", "songs")} added`);
  for (const file of files) new Song(file);
}

function receiveDrops() {
  // Enter and leave come for every element passed over; the page is left when as many leaves as enters came.
  let depth = 0;
  const mark = (change) => {
    depth = Math.max(0, depth + change);
    document.body.classList.toggle("dropping", depth > 0);
  };
  document.addEventListener("dragenter", (event) => hasFiles(event) && mark(1));
  document.addEventListener("dragleave", (event) => hasFiles(event) && mark(-1));
  document.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  document.addEventListener("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    mark(-depth);
    take(await filesOf(event.dataTransfer));
  });
}

function takeChosen() {
  take([...input.files]);
  // So that choosing the same file again is a change again, and nothing is left to be sent with the form.
  input.value = "";
}

input.addEventListener("change", takeChosen);

window.addEventListener("beforeunload", (event) => uploader.busy && event.preventDefault());

receiveDrops();
// On a slow line somebody has chosen before this script came.
takeChosen();
