// One file's row on the upload page: what it shows in each state. It decides nothing.

import { _ } from "./language.js";
import { analysed, capital, fileSize, percent, standing, verdict } from "./words.js";

// Sending fills the first half of the bar, the analysis the second: it never runs backwards.
const SENT = 0.5;

export class Row {
  constructor(template, file) {
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.tabIndex = -1;
    const part = (name) => this.element.querySelector(`[data-${name}]`);
    for (const name of ["chip", "text", "link", "retry", "cancel", "progress"]) this[name] = part(name);
    part("name").textContent = file.name;
    part("name").title = file.name;
    part("size").textContent = file.size === undefined ? "" : fileSize(file.size);
    this.progress.setAttribute("aria-label", file.name);
    for (const button of [this.retry, this.cancel]) button.setAttribute("aria-label", `${button.textContent}: ${file.name}`);
  }

  waiting(cancel) {
    this.#show(_("Waiting to be sent"), { share: 0, cancel });
  }

  sending(share, cancel, last = _("Storing")) {
    const text = share < 1 ? _("Sending, %(share)s", { share: percent(share) }) : last;
    this.#show(text, { share: SENT * share, cancel });
  }

  pausing(text, cancel) {
    this.#show(text, { share: this.progress.value, cancel });
  }

  following(status) {
    this.#show(standing(status), { share: SENT + (1 - SENT) * analysed(status) });
  }

  unpacked(text) {
    this.#show(text, { finished: true });
  }

  done(status, duplicate) {
    const words = duplicate ? _("analysed before: %(verdict)s", { verdict: verdict(status) }) : verdict(status);
    this.#show(capital(words), { link: [_("See the result"), status.url], finished: true });
    this.chip.textContent = status.name;
    this.chip.className = `chip ${status.genre_class}${status.sure ? "" : " unsure"}`;
    this.chip.hidden = !status.music;
  }

  failed(text, { retry, link } = {}) {
    this.#show(text, { failed: true, retry, link });
  }

  #show(text, { share, failed = false, finished = false, cancel, retry, link }) {
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    if (this.text.textContent !== text) this.text.textContent = text;
    this.chip.hidden = true;
    this.element.classList.toggle("failed", failed);
    this.element.classList.toggle("finished", finished);
    this.element.classList.toggle("settled", share === undefined);
    if (share !== undefined) this.progress.value = share;
    this.cancel.hidden = !cancel;
    this.cancel.onclick = cancel;
    this.retry.hidden = !retry;
    this.retry.onclick = retry;
    this.link.hidden = !link;
    if (link) [this.link.textContent, this.link.href] = link;
    if (focused?.hidden) this.#keepFocus();
  }

  // A button that goes away must not drop keyboard users at the top of the page.
  #keepFocus() {
    const control = [this.link, this.retry, this.cancel].find((other) => !other.hidden) ?? this.element;
    control.focus({ preventScroll: true });
  }
}
