// Copies a link at a click. Without a script the address can be selected and copied by hand.

import { _ } from "./language.js";

const SHOWN_MS = 2500;

for (const button of document.querySelectorAll("[data-copy]")) {
  const address = document.getElementById(button.dataset.copy);
  const label = button.querySelector("[data-label]");
  const usual = label.textContent;
  let timer = 0;
  label.setAttribute("role", "status");
  button.hidden = false;
  button.addEventListener("click", async () => {
    const copied = await copy(address);
    label.textContent = copied ? _("Copied") : _("Press Ctrl+C");
    clearTimeout(timer);
    timer = setTimeout(() => {
      label.textContent = usual;
    }, SHOWN_MS);
  });
  address.addEventListener("focus", () => address.select());
}

async function copy(address) {
  try {
    // Browsers give no clipboard to pages that come without TLS.
    await navigator.clipboard.writeText(address.value);
    return true;
  } catch {
    address.select();
    return document.execCommand("copy");
  }
}
