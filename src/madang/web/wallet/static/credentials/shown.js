// What was shown to whom, kept in this browser alone: to be read, saved as a file, and deleted.
import { facts, language, make, moment, notice, say, told, valueOf } from "./page.js";
import { all, remove } from "./store.js";
import { known } from "./trust.js";

const box = document.getElementById("shown");

function entry(one, trust) {
  const forget = make("button", { class: "krds-btn small tertiary", type: "button" }, say("shown.forget"));
  forget.addEventListener("click", async () => {
    await remove("shown", one.id);
    await show();
  });
  const parts = one.shown.flatMap(({ type: id, claims, purpose }) => {
    const type = trust.types[id];
    return [make("h3", {}, type.name[language]), make("p", { class: "muted" }, `${say("present.purpose")}: ${purpose}`),
      facts(Object.entries(claims).map(([name, value]) => [type.claims[name].words[language], valueOf(type.claims[name], value)]))];
  });
  return make("li", {}, make("article", { class: "card" }, make("h2", {}, one.name),
    make("p", { class: "muted" }, `${moment(one.at)} · ${say(`shown.${one.outcome}`)} · ${one.address}`), ...parts, make("p", { class: "buttons" }, forget)));
}

function save(entries) {
  const href = URL.createObjectURL(new Blob([JSON.stringify(entries, null, 2)], { type: "application/json" }));
  make("a", { href, download: "shown.json" }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

async function show() {
  const entries = (await all("shown")).sort((a, b) => b.at - a.at), trust = await known();
  if (!entries.length) return box.replaceChildren(make("p", { class: "empty" }, say("shown.none")));
  const button = make("button", { class: "krds-btn secondary large", type: "button" }, say("shown.save"));
  button.addEventListener("click", () => save(entries));
  box.replaceChildren(make("ul", { class: "cards" }, ...entries.map((one) => entry(one, trust))), make("p", { class: "buttons" }, button));
}

show().catch((error) => box.replaceChildren(notice(told(error), "danger")));
