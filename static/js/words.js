// How states and numbers are said to people; the words match those of the server's pages.

const STAGES = { decode: "Decoding", features: "Listening", model: "Deciding" };
// Where each stage begins and ends on one bar: listening takes by far the longest.
const SPANS = { decode: [0, 0.3], features: [0.3, 0.95], model: [0.95, 1] };

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const percent = (share) => `${Math.round(share * 100)}\u00a0%`;

// What stands after the genre's name, if there is one to be named.
export const verdict = ({ music, sure, words, confidence }) =>
  music && sure ? `${words}, ${percent(confidence)}` : words;

export const spokenVerdict = (status) =>
  status.music ? `${status.name}, ${verdict(status)}` : verdict(status);

export function standing({ state, stage, queue_place: place }) {
  if (state === "running") return STAGES[stage] ?? "Analysing";
  if (place > 1) return `Waiting: ${place - 1} ahead of it`;
  return place === 1 ? "Next in line" : "Waiting";
}

export function analysed({ state, stage, progress }) {
  if (state !== "running") return 0;
  const [from, to] = SPANS[stage] ?? [0, 0];
  return from + (to - from) * progress;
}

export function fileSize(bytes) {
  const units = ["bytes", "KB", "MB", "GB"];
  let power = 0;
  for (; bytes >= 1024 && power < 3; power += 1) bytes /= 1024;
  return `${bytes.toFixed(power && bytes < 10 ? 1 : 0)}\u00a0${units[power]}`;
}

export const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

// Rounded as people say it; nobody believes seconds of an hour.
export function timeLeft(seconds) {
  if (seconds < 50) return "less than a minute left";
  if (seconds < 3300) return `about ${count(Math.max(1, Math.round(seconds / 60)), "minute", "minutes")} left`;
  return `about ${count(Math.round(seconds / 3600), "hour", "hours")} left`;
}
