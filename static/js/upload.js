// The upload page: takes files in by choosing or dropping, and follows each to its verdict.

import { Announcer } from "./announcer.js";
import { filesOf, hasFiles, songsOf } from "./dropped.js";
import { ngettext } from "./language.js";
import { leftUnfinished, Overview } from "./overview.js";
import { Transfer } from "./transfer.js";
import { Uploader } from "./uploader.js";

const FEW = 10;
const form = document.querySelector("[data-upload]");
const input = form.querySelector("input[name=songs]");
const folder = form.querySelector("[data-folder]");
const unfinished = form.querySelector("[data-unfinished]");
const section = document.querySelector("[data-transfers]");
const token = document.querySelector("meta[name=csrf-token]").content;
const kinds = input.accept.split(",").filter((kind) => kind.startsWith("."));

const announcer = new Announcer(document.querySelector("[data-announcer]"));
const uploader = new Uploader(form.action, form.dataset.knownUrl, token, halt);
const songs = new Set();
const overview = new Overview(section, songs, uploader, announcer);
const place = {
  uploader,
  token,
  template: document.querySelector("#transfer"),
  rows: section.querySelector("[data-rows]"),
  limits: { song: Number(form.dataset.maxMb), archive: Number(form.dataset.maxArchiveMb) },
  loginUrl: form.dataset.loginUrl,
  onChange: overview.refresh,
  say: (sentence) => songs.size <= FEW && announcer.say(sentence),
  add,
};

function add(file) {
  const song = new Transfer(file, place);
  songs.add(song);
  return song;
}

function take({ files, left }) {
  if (left) {
    tell(ngettext("%(num)d file that is no song was left out.", "%(num)d files that are no songs were left out.", left));
  }
  if (!files.length) return;
  section.hidden = false;
  announcer.say(ngettext("%(num)d song added", "%(num)d songs added", files.length));
  for (const file of files) add(file).start();
}

function tell(sentence) {
  unfinished.hidden = false;
  unfinished.textContent = sentence;
  announcer.say(sentence);
}

// Going on after a limit needs nobody; after a log-out it needs the person.
function halt(seconds) {
  overview.refresh();
  if (seconds === null) return;
  tell(
    ngettext(
      "The server takes more songs in %(num)d minute. It goes on by itself.",
      "The server takes more songs in %(num)d minutes. It goes on by itself.",
      Math.ceil(seconds / 60),
    ),
  );
  setTimeout(() => uploader.resume(), seconds * 1000);
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
    take(await filesOf(event.dataTransfer, kinds));
  });
}

function takeChosen() {
  take({ files: [...input.files], left: 0 });
  // So that choosing the same file again is a change again, and nothing is left to be sent with the form.
  input.value = "";
}

function takeFolder() {
  take(songsOf([...folder.files], kinds));
  folder.value = "";
}

input.addEventListener("change", takeChosen);
folder.addEventListener("change", takeFolder);
window.addEventListener("online", () => overview.retryFailed((song) => song.lost));
window.addEventListener("beforeunload", (event) => uploader.busy && event.preventDefault());

receiveDrops();
const left = leftUnfinished();
if (left) {
  tell(
    ngettext(
      "%(num)d song was not sent last time. Choose the same files or folder again: what is here already is not sent twice.",
      "%(num)d songs were not sent last time. Choose the same files or folder again: what is here already is not sent twice.",
      left,
    ),
  );
}
// On a slow line somebody has chosen before this script came.
takeChosen();
takeFolder();
