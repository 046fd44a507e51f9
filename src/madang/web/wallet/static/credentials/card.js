// One credential: what it says, by the catalogue's words and order; how it stands; and its way out of this device.
import { day, facts, language, make, notice, say, told, valueOf } from "./page.js";
import { standingOf } from "./standing.js";
import { get, remove, unused } from "./store.js";
import { known } from "./trust.js";

const box = document.getElementById("card"), title = document.getElementById("name");

async function show() {
  const one = await get("credentials", location.hash.slice(1));
  if (!one) return box.replaceChildren(make("p", { class: "empty" }, say("card.gone")));
  const trust = await known(), type = trust.types[one.type];
  title.textContent = type.name[language];
  const standing = await standingOf(one, trust), left = unused(one).length;
  const portrait = Object.entries(type.claims).find(([name, claim]) => claim.kind === "image" && name in one.claims);
  const rows = Object.entries(type.claims).filter(([name, claim]) => name in one.claims && claim.kind !== "image")
    .map(([name, claim]) => [claim.words[language], valueOf(claim, one.claims[name])]);
  box.replaceChildren(
    standing === "valid" ? notice(say("card.valid"), "success", say("standing.valid")) : notice(say(`card.${standing}`), "danger", say(`standing.${standing}`)),
    make("article", { class: "card credential" }, portrait ? valueOf(portrait[1], one.claims[portrait[0]]) : null, facts(rows)),
    make("h2", {}, say("card.about")),
    facts([
      [say("card.issuer"), trust.nameOf(one.party, language)], [say("card.ledger_name"), one.party], [say("card.since"), day(one.since)], [say("card.until"), day(one.until - 1)],
      [say("card.form"), say(`form.${one.form === "mso_mdoc" ? "mdoc" : "sdjwt"}`)], [say("card.copies"), say("card.copies_left", { left, all: one.copies.length })],
    ]),
    ...(left <= 2 && one.copies.length > 1 ? [notice(say(left ? "card.few" : "refusals.wallet.used_up", { count: left })), again()] : []),
    make("p", { class: "muted" }, say("card.copies_why")),
    deletion(one, type),
  );
}

const again = () =>
  make("p", { class: "buttons" }, make("a", { class: "krds-btn primary large", href: "/wallet/credentials/receive" }, say("card.renew")));

function deletion(one, type) {
  const button = make("button", { class: "krds-btn tertiary large", type: "button" }, say("card.delete"));
  const asked = make("dialog", { "aria-labelledby": "delete-title" },
    make("h2", { id: "delete-title" }, say("card.delete_title", { name: type.name[language] })), make("p", {}, say("card.delete_text")));
  const sure = make("button", { class: "krds-btn primary large", type: "button" }, say("card.delete_sure"));
  const not = make("button", { class: "krds-btn tertiary large", type: "button" }, say("card.delete_not"));
  asked.append(make("p", { class: "buttons" }, sure, not));
  button.addEventListener("click", () => asked.showModal());
  not.addEventListener("click", () => asked.close());
  sure.addEventListener("click", async () => {
    await remove("credentials", one.id);
    location.assign("/wallet/credentials");
  });
  return make("div", {}, make("p", { class: "buttons" }, button), asked);
}

const start = () => show().catch((error) => box.replaceChildren(notice(told(error), "danger")));
addEventListener("hashchange", start);
start();
