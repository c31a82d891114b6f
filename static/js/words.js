// How states and numbers are said to people; the words match those of the server's pages.

import { _, ngettext, number, share } from "./language.js";

const STAGES = { decode: _("Decoding"), features: _("Listening"), model: _("Deciding") };
// Where each stage begins and ends on one bar: listening takes by far the longest.
const SPANS = { decode: [0, 0.3], features: [0.3, 0.95], model: [0.95, 1] };

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const percent = share;

// What stands after the genre's name, if there is one to be named.
export const verdict = ({ music, sure, words, confidence }) =>
  music && sure ? `${words}, ${percent(confidence)}` : words;

export const spokenVerdict = (status) =>
  status.music ? `${status.name}, ${verdict(status)}` : verdict(status);

export function standing({ state, stage, queue_place: place }) {
  if (state === "running") return STAGES[stage] ?? _("Analysing");
  if (place > 1) return ngettext("Waiting: %(num)d ahead of it", "Waiting: %(num)d ahead of it", place - 1);
  return place === 1 ? _("Next in line") : _("Waiting");
}

export function analysed({ state, stage, progress }) {
  if (state !== "running") return 0;
  const [from, to] = SPANS[stage] ?? [0, 0];
  return from + (to - from) * progress;
}

export function fileSize(bytes) {
  const units = [_("bytes"), _("KB"), _("MB"), _("GB")];
  let power = 0;
  for (; bytes >= 1024 && power < 3; power += 1) bytes /= 1024;
  return `${number(bytes, power && bytes < 10 ? 1 : 0)}\u00a0${units[power]}`;
}

// Rounded as people say it; nobody believes seconds of an hour.
export function timeLeft(seconds) {
  if (seconds < 50) return _("less than a minute left");
  if (seconds < 3300) {
    return ngettext("about %(num)d minute left", "about %(num)d minutes left", Math.max(1, Math.round(seconds / 60)));
  }
  return ngettext("about %(num)d hour left", "about %(num)d hours left", Math.round(seconds / 3600));
}
