// What is said under a verdict, without a reload. The forms work without this; whatever goes wrong is left to them.

const section = document.querySelector("#feedback");
const card = section?.querySelector("[data-feedback-card]");
const status = section?.querySelector("[data-feedback-status]");

section?.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-feedback]");
  if (!form) return;
  event.preventDefault();
  send(form, event.submitter).catch(() => leaveToBrowser(form, event.submitter));
});

async function send(form, button) {
  if (card.getAttribute("aria-busy")) return;
  card.setAttribute("aria-busy", "true");
  try {
    const options = { method: "POST", body: new FormData(form, button), headers: { Accept: "application/json" } };
    const response = await fetch(form.action, options);
    if (!response.ok) throw new Error(`status ${response.status}`);
    const { message, html } = await response.json();
    card.innerHTML = html;
    // What had the focus is gone; its place is taken by the heading of what came instead.
    card.querySelector("#feedback-heading").focus();
    status.textContent = message;
  } finally {
    card.removeAttribute("aria-busy");
  }
}

function leaveToBrowser(form, button) {
  // submit() sends no button, whose value is the answer.
  if (button?.name) {
    const value = Object.assign(document.createElement("input"), { type: "hidden", name: button.name });
    value.value = button.value;
    form.append(value);
  }
  form.submit();
}
