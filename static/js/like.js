// Liking without a reload. The forms work without this; whatever goes wrong here is left to them.

import { _, ngettext } from "./language.js";

for (const form of document.querySelectorAll("form[data-like]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    like(form).catch(() => form.submit());
  });
}

async function like(form) {
  const button = form.querySelector("button");
  if (button.getAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  try {
    const options = { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } };
    const response = await fetch(form.action, options);
    if (!response.ok) throw new Error(`status ${response.status}`);
    show(form, button, await response.json());
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function show(form, button, { liked, likes }) {
  form.action = liked ? form.dataset.unlike : form.dataset.like;
  button.setAttribute("aria-pressed", String(liked));
  button.querySelector("[data-label]").textContent = liked ? _("Liked") : _("Like");
  const count = button.querySelector("[data-likes]");
  if (!count) return;
  count.textContent = likes;
  const words = ngettext("%(num)d like", "%(num)d likes", likes);
  button.querySelector("[data-likes-words]").textContent = ` ${words}`;
}
