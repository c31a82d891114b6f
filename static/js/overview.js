// What the upload page says of all songs together, and the buttons for all of them.

import { _, ngettext } from "./language.js";
import { Pace } from "./pace.js";
import { fileSize, timeLeft } from "./words.js";

const MANY = 50;
const UNFINISHED = "unfinished uploads";

export class Overview {
  #section;
  #songs;
  #uploader;
  #announcer;
  #pace = new Pace();
  #due = false;
  #quarter = 0;
  #unfolded = false;

  constructor(section, songs, uploader, announcer) {
    this.#section = section;
    this.#songs = songs;
    this.#uploader = uploader;
    this.#announcer = announcer;
    for (const name of ["pause", "cancel-all", "retry-all", "finished"]) {
      this.part(name).addEventListener("click", () => this.press(name));
    }
  }

  // Many changes within a moment are drawn once.
  refresh = () => {
    if (this.#due) return;
    this.#due = true;
    setTimeout(() => {
      this.#due = false;
      this.#draw();
    }, 100);
  };

  part(name) {
    return this.#section.querySelector(`[data-${name}]`);
  }

  press(name) {
    if (name === "pause") this.#togglePause();
    if (name === "cancel-all") for (const song of [...this.#songs]) song.cancel?.();
    if (name === "retry-all") {
      this.retryFailed();
      if (this.#uploader.paused) this.#togglePause();
    }
    if (name === "finished") this.#unfolded = !this.#unfolded;
    this.refresh();
  }

  retryFailed(which = () => true) {
    for (const song of [...this.#songs]) if (song.retry && which(song)) song.retry();
  }

  #togglePause() {
    if (this.#uploader.paused) this.#uploader.resume();
    else this.#uploader.pause();
    this.#pace.reset();
  }

  #draw() {
    const songs = [...this.#songs];
    const of = (state) => songs.filter((song) => song.state === state);
    const counts = { all: songs.length, done: of("done").length, failed: of("failed").length, sending: of("sending").length };
    this.#drawWords(counts);
    this.#drawSent(songs, counts.sending);
    this.#drawButtons(songs, counts);
    this.#fold(counts);
    this.#remember(counts.sending);
    if (counts.all > 10) this.#speak(counts);
  }

  #drawWords({ all, done, failed, sending }) {
    this.part("summary").textContent = all === 1 ? _("Your song") : _("%(done)s of %(all)s songs done", { done, all });
    const hint = this.part("hint");
    if (sending) hint.textContent = _("Keep this page open until all are sent.");
    else if (done + failed < all) hint.textContent = _("You may leave this page: the results will be in your history.");
    else if (failed) {
      hint.textContent = ngettext("%(num)d could not be analysed.", "%(num)d could not be analysed.", failed);
    } else hint.textContent = _("Drop more whenever you like.");
  }

  #drawSent(songs, sending) {
    const files = songs.filter((song) => song.file.size && (song.share === 1 || song.state === "sending"));
    const all = files.reduce((sum, song) => sum + song.file.size, 0);
    const sent = files.reduce((sum, song) => sum + song.share * song.file.size, 0);
    this.#pace.note(sent, performance.now());
    const seconds = this.#uploader.paused || !sending ? null : this.#pace.secondsFor(all - sent);
    const words = [
      ngettext("%(sent)s of %(num)d file sent", "%(sent)s of %(num)d files sent", files.length, {
        sent: files.length - sending,
      }),
    ];
    if (all) words.push(_("%(sent)s of %(all)s", { sent: fileSize(sent), all: fileSize(all) }));
    if (sending && this.#uploader.paused) words.push(_("paused"));
    else if (seconds !== null) words.push(timeLeft(seconds));
    this.part("sent").textContent = words.join(" \u00b7 ");
    this.part("total").value = all ? sent / all : 1;
  }

  #drawButtons(songs, { all, failed, sending }) {
    this.part("queue").hidden = all < 2;
    const pause = this.part("pause");
    pause.textContent = this.#uploader.paused ? _("Go on") : _("Pause");
    pause.hidden = !sending;
    this.part("cancel-all").hidden = !sending;
    this.part("retry-all").hidden = failed < 2 || !songs.some((song) => song.retry);
  }

  #fold({ all, done }) {
    const many = all > MANY;
    const rows = this.part("rows");
    const button = this.part("finished");
    rows.classList.toggle("many", many);
    rows.classList.toggle("folded", many && !this.#unfolded);
    button.hidden = !many || !done;
    button.textContent = this.#unfolded
      ? ngettext("Hide %(num)d finished song", "Hide %(num)d finished songs", done)
      : ngettext("Show %(num)d finished song", "Show %(num)d finished songs", done);
    button.setAttribute("aria-expanded", String(this.#unfolded));
  }

  // A reload cannot open the files again; it can say that they were not all sent.
  #remember(sending) {
    if (sending) sessionStorage.setItem(UNFINISHED, String(sending));
    else sessionStorage.removeItem(UNFINISHED);
  }

  // Of many songs not each is told, only how far all are.
  #speak({ all, done, failed }) {
    const quarter = Math.floor((4 * (done + failed)) / all);
    if (quarter !== this.#quarter && quarter) {
      this.#announcer.say(
        failed
          ? _("%(done)s of %(all)s songs done, %(failed)s failed", { done, all, failed })
          : _("%(done)s of %(all)s songs done", { done, all }),
      );
    }
    this.#quarter = quarter;
  }
}

// How many songs the page before this one had not sent, once.
export function leftUnfinished() {
  const number = Number(sessionStorage.getItem(UNFINISHED)) || 0;
  sessionStorage.removeItem(UNFINISHED);
  return number;
}
