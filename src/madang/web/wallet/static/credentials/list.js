// The credentials of this device, and those that are still being prepared.
import { language, day, facts, make, notice, say, told } from "./page.js";
import { all } from "./store.js";
import { known } from "./trust.js";
import { tryAgain } from "./waiting.js";
import { standingOf } from "./standing.js";

const box = document.getElementById("credentials");

function row(one, trust) {
  const type = trust.types[one.type];
  const badge = make("span", { class: "krds-badge bg-light-gray standing" }, say("standing.checking"));
  const said = make("a", { class: "card", href: `/wallet/credentials/card#${one.id}` },
    make("strong", {}, type.name[language]), badge,
    facts([[say("card.issuer"), trust.nameOf(one.party, language)], [say("card.until"), day(one.until - 1)]]));
  standingOf(one, trust).then((found) => {
    badge.textContent = say(`standing.${found}`);
    badge.className = `krds-badge standing ${found === "valid" ? "bg-light-success" : "bg-light-danger"}`;
  });
  return make("li", {}, said);
}

async function show() {
  const trust = await known();
  const held = (await all("credentials")).sort((a, b) => b.received - a.received);
  const waiting = (await all("begun")).filter((one) => one.sort === "waiting");
  const parts = [];
  for (const one of waiting) parts.push(await tryAgain(one, trust));
  if (parts.some((one) => one.arrived)) return show();
  const notes = parts.map(({ one, error }) =>
    notice(error ? told(error) : say("waiting.text"), "warning", trust.types[one.waiting.wanted.type.id].name[language]));
  box.replaceChildren(...notes, held.length
    ? make("ul", { class: "cards" }, ...held.map((one) => row(one, trust)))
    : make("p", { class: "empty" }, say("none")));
}

show().catch((error) => box.replaceChildren(notice(told(error), "danger")));
