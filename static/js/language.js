// Says sentences in the language of the page: they stand here in English, and in a block of the page in another one.

const block = document.querySelector("#words");
const words = block ? JSON.parse(block.textContent) : { messages: {}, forms: {} };
const language = document.documentElement.lang || "en";
const rules = new Intl.PluralRules(language);

const fill = (sentence, values) =>
  sentence.replace(/%(?:\((\w+)\)[sd]|%)/g, (written, name) => (name ? String(values[name]) : "%"));

// The page's language has its own sign for decimals.
export const number = (value, digits = 0) =>
  value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false });

// A share of one in percent; in English as everywhere on the pages, with a space that does not break.
export const share = (value) =>
  language.startsWith("en") ? `${Math.round(value * 100)}\u00a0%` : value.toLocaleString(language, { style: "percent" });

// With values, "%(name)s" is filled in and "%%" is a percent sign; without, the sentence is taken as it is.
export function _(message, values) {
  const sentence = words.messages[message] ?? message;
  return values ? fill(sentence, values) : sentence;
}

export function ngettext(singular, plural, num, values) {
  const forms = words.messages[singular];
  const form = forms?.[words.forms[rules.select(num)]] ?? (num === 1 ? singular : plural);
  return fill(form, { num, ...values });
}
