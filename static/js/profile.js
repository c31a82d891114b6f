// Proposes the time zone of this device where it is another than the chosen one.

const proposal = document.querySelector("[data-proposal]");
const zone = document.querySelector("#zone");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
const option = [...zone.options].find(({ value }) => value === own);

if (option && zone.value !== own) {
  proposal.querySelector("[data-proposed]").textContent = option.text;
  proposal.hidden = false;
  proposal.querySelector("button").addEventListener("click", () => {
    zone.value = own;
    proposal.hidden = true;
    zone.focus();
  });
}
