// What the pages of credentials share: words in the page's language, and parts made of elements, never of markup.
import { day, language } from "../../site/formats.js";

export { day, language, moment, won } from "../../site/formats.js";

const spoken = JSON.parse(document.getElementById("words").textContent);

/** A phrase; `[name]` in it stands for a value. A code without words is said as it is. */
export const say = (key, values = {}) =>
  particles((spoken[key] ?? key).replace(/\[([a-z]+)\]/g, (whole, name) => (name in values ? values[name] : whole)));

// Korean's subject particle goes by whether the syllable before it ends in a consonant; behind other letters both stay.
const particles = (text) =>
  text.replace(/([가-힣])([’”]?)이\(가\)/g, (_, last, mark) => last + mark + ((last.charCodeAt(0) - 0xac00) % 28 ? "이" : "가"));

export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

export const facts = (rows) =>
  make("dl", { class: "facts" }, ...rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));

export const notice = (text, kind = "warning", title = "") =>
  make("div", { class: `notice ${kind}`, role: kind === "danger" ? "alert" : "status" }, title && make("strong", {}, title), make("p", {}, text));

// A claim of this pattern is the first two digits of legal-dong codes.
const PROVINCE = "[0-9]{2}";
const provinces = JSON.parse(document.getElementById("provinces").textContent);

/** A claim's value in words: an element, or a text. */
export function valueOf(claim, value) {
  if (claim.kind === "image") return picture(value, claim);
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (claim.pattern === PROVINCE) return provinces[value] ?? String(value);
  if (claim.kind === "date" && /^\d{4}-\d{2}-\d{2}$/.test(value)) return day(Date.parse(`${value}T00:00:00+09:00`) / 1000);
  if (Array.isArray(value)) {
    return value.map((one) => (typeof one === "string" ? one : recordOf(claim, one))).join(", ");
  }
  return String(value);
}

function recordOf(claim, record) {
  return Object.entries(record).map(([name, value]) => {
    const below = claim.items?.[name];
    return below?.kind === "code" ? String(value) : `${below?.words[language] ?? name} ${below ? valueOf(below, value) : value}`;
  }).join(" · ");
}

function picture(value, claim) {
  const text = String(value).replaceAll("-", "+").replaceAll("_", "/");
  const type = text.startsWith("iVBOR") ? "image/png" : "image/jpeg";
  return make("img", { class: "portrait", src: `data:${type};base64,${text}`, alt: claim.words[language], width: 90, height: 120 });
}

/** What went wrong, for the person; anything that we did not foresee keeps its name for whoever is asked for help. */
export function told(error) {
  const key = `refusals.${error?.code}`;
  if (error?.code && key in spoken) return say(key, error.details);
  if (!error?.code) console.error(error);
  return say("refusals.other", { code: error?.code ?? error?.name ?? "error" });
}
