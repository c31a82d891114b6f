// The page of a song whose analysis is not over: shows where it stands and loads the result when there is one.

import { Announcer } from "./announcer.js";
import { _ } from "./language.js";
import { Watch } from "./poll.js";
import { analysed, standing } from "./words.js";

const section = document.querySelector("[data-status-url]");
const state = section.querySelector("[data-state]");
const progress = section.querySelector("[data-progress]");
const note = section.querySelector("[data-note]");
const announcer = new Announcer(section.querySelector("[data-announcer]"));
const usual = note.textContent;

function show(status) {
  if (!["queued", "running"].includes(status.state)) {
    location.reload();
    return;
  }
  const text = standing(status);
  if (state.textContent !== text) {
    state.textContent = text;
    announcer.say(text);
  }
  progress.value = analysed(status);
  note.textContent = usual;
}

new Watch(section.dataset.statusUrl, {
  onStatus: show,
  onTrouble: () => {
    note.textContent = _("The connection is lost. Still trying.");
  },
  // The page itself says best what has become of it: the log-in page, or that there is no such song.
  onLost: () => location.reload(),
});
