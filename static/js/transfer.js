// One song on the upload page, from its file to its verdict.

import { _, ngettext } from "./language.js";
import { Watch } from "./poll.js";
import { Row } from "./row.js";
import { Turns } from "./turns.js";
import { spokenVerdict } from "./words.js";

// The analysis takes songs in the order they came: those far behind need not be asked about yet.
const WATCHED_AT_ONCE = 12;
const AGAIN = ["not_stored", "not_reached"];
const watching = new Turns(WATCHED_AT_ONCE);

// A song is "sending", "following" (its bytes are here, its verdict is not), "done" or "failed"; `place` is what all
// songs of the page share: { uploader, template, rows, token, limits, loginUrl, onChange, say, add }.
export class Transfer {
  state = "sending";
  share = 0;
  retry = null;
  cancel = null;
  lost = false;

  constructor(file, place) {
    this.file = file;
    this.place = place;
    this.row = new Row(place.template, file);
    place.rows.append(this.row.element);
  }

  get isArchive() {
    return this.file.name.toLowerCase().endsWith(".zip");
  }

  start = () => {
    const maxMb = this.isArchive ? this.place.limits.archive : this.place.limits.song;
    if (this.file.size === 0) this.fail(_("This file is empty."));
    else if (this.file.size > maxMb * 2 ** 20) this.fail(_("This file is larger than %(most)s MB.", { most: maxMb }));
    else this.send();
  };

  send() {
    let stop = null;
    const cancel = () => stop();
    this.share = 0;
    this.enter("sending", { cancel });
    this.row.waiting(cancel);
    stop = this.place.uploader.send(this.file, {
      onProgress: (share) => this.progress(share, cancel),
      onPause: (seconds, reason) => this.row.pausing(pauseText(seconds, reason), cancel),
      onWaiting: () => {
        this.progress(0, cancel);
        this.row.waiting(cancel);
      },
      onSongs: (songs) => (this.isArchive ? this.unpack(songs) : this.become(songs[0])),
      onCancelled: () => this.fail(_("Cancelled"), { retry: this.start }, "quiet"),
      onRefused: (message, { again, lost, login }) => {
        const link = login && [_("Log in again"), this.place.loginUrl];
        this.fail(message, { retry: again && this.start, lost, link });
      },
    });
  }

  progress(share, cancel) {
    this.share = share;
    this.row.sending(share, cancel, this.isArchive ? _("Unpacking") : _("Storing"));
    this.place.onChange();
  }

  // What the server said of one file.
  become(song) {
    this.share = 1;
    if (song.id) this.follow(song);
    else this.fail(song.message, { retry: AGAIN.includes(song.error) && this.file.size !== undefined && this.start });
  }

  // An archive's songs get rows of their own.
  unpack(songs) {
    this.share = 1;
    const here = songs.filter((song) => song.id).length;
    const late = songs.filter((song) => AGAIN.includes(song.error)).length;
    for (const song of songs) {
      if (song.filename === this.file.name && songs.length === 1) return this.become(song);
      if (!AGAIN.includes(song.error)) this.place.add({ name: song.filename }).become(song);
    }
    if (late) {
      const some = ngettext(
        "%(num)d song taken in, %(late)s not yet. Send it again for the rest.",
        "%(num)d songs taken in, %(late)s not yet. Send it again for the rest.",
        here,
        { late },
      );
      return this.fail(some, { retry: this.start });
    }
    this.enter("done");
    const left = songs.length - here;
    this.row.unpacked(
      left
        ? ngettext("%(num)d song taken in, %(left)s not", "%(num)d songs taken in, %(left)s not", here, { left })
        : ngettext("%(num)d song taken in", "%(num)d songs taken in", here),
    );
  }

  follow({ url, status_url: statusUrl, duplicate = false }) {
    this.enter("following");
    this.row.following({ state: "queued" });
    watching.take((over) => this.watch({ url, statusUrl, duplicate }, over));
  }

  watch(places, over) {
    new Watch(places.statusUrl, {
      onStatus: (status) => {
        this.hear(status, places);
        if (this.state !== "following") over();
      },
      onTrouble: () => this.row.pausing(_("The connection is lost. Still trying.")),
      onLost: (reason) => {
        over();
        if (reason === "gone") this.fail(_("This song was deleted."));
        else this.fail(_("You have been logged out."), { link: [_("Log in again"), this.place.loginUrl] });
      },
    });
  }

  hear(status, places) {
    if (status.state === "done") {
      this.enter("done");
      this.row.done(status, places.duplicate);
      this.place.say(`${this.file.name}: ${spokenVerdict(status)}`);
    } else if (status.state === "failed" || status.state === "cancelled") {
      this.fail(status.error ?? _("The analysis was cancelled."), { retry: () => this.analyseAgain(places) });
    } else this.row.following(status);
  }

  async analyseAgain(places) {
    this.enter("following");
    this.row.following({ state: "queued" });
    const headers = { "X-CSRFToken": this.place.token, Accept: "application/json" };
    const response = await fetch(`${places.url}/retry`, { method: "POST", headers, redirect: "manual" }).catch(() => null);
    // Whatever a server in good health has answered, the song's status tells it better.
    if (response && response.status < 500) this.follow({ url: places.url, status_url: places.statusUrl });
    else this.fail(_("It could not be started again."), { retry: () => this.analyseAgain(places) });
  }

  fail(text, { retry, link, lost } = {}, loudness = "aloud") {
    this.row.failed(text, { retry, link });
    this.enter("failed", { retry, lost });
    if (loudness === "aloud") this.place.say(`${this.file.name}: ${text}`);
  }

  enter(state, { retry, cancel, lost } = {}) {
    Object.assign(this, { state, retry: retry || null, cancel: cancel ?? null, lost: Boolean(lost) });
    this.place.onChange();
  }
}

function pauseText(seconds, reason) {
  return reason === "busy"
    ? ngettext(
        "The server asks for a pause. Trying again in %(num)d second.",
        "The server asks for a pause. Trying again in %(num)d seconds.",
        seconds,
      )
    : ngettext(
        "Not sent yet. Trying again in %(num)d second.",
        "Not sent yet. Trying again in %(num)d seconds.",
        seconds,
      );
}
