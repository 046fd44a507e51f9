// Programmes for whoever holds this device: all offers are fetched, and compared here.
import { day, facts, language, make, notice, say, told, valueOf, won } from "./page.js";
import { findings, overall } from "./offers.js";
import { Refusal } from "./refusal.js";
import { all, put } from "./store.js";
import { begin, newToken } from "./tokens.js";

const box = document.getElementById("for-me");
const MARKS = { met: "✓", unmet: "✗", undetermined: "?" };

function sentence({ requirement, judgement, missing }, types) {
  // An offer may name a type that this release does not know.
  const type = types[requirement.credential], claim = type?.claims[requirement.claim], name = type?.name[language] ?? requirement.credential;
  const value = (one) => (one === "true" || one === "false" ? say(one === "true" ? "yes" : "no") : claim ? valueOf(claim, one) : one);
  const values = requirement.values.map(value).join(", ");
  const text = say(`forme.tests.${requirement.test}`, { claim: claim?.words[language] ?? requirement.claim, values });
  const why = missing ? ` ${say("forme.missing", { name })}` : "";
  return make("li", {}, make("span", { "aria-hidden": "true" }, `${MARKS[judgement]} `), `${name} · ${text}`,
    make("span", { class: "muted" }, ` ${say(`forme.${judgement}`)}${why}`));
}

function card(offer, found, types, now) {
  const verdict = overall(found);
  const button = make("button", { class: "krds-btn primary medium", type: "button" }, say("forme.claim"));
  button.addEventListener("click", () => start(offer, button));
  const opens = offer.opens > now ? notice(say("forme.opens", { day: day(offer.opens) })) : null;
  const way = offer.address ? button : make("p", { class: "muted" }, say("forme.elsewhere", { name: offer.authority }));
  return make("li", {}, make("article", { class: "card offer" },
    make("h3", {}, offer.titles[language]),
    make("span", { class: `krds-badge standing bg-light-${verdict === "met" ? "success" : "gray"}` }, say(`forme.verdict.${verdict}`)),
    facts([[say("forme.amount"), won(offer.amount)], [say("forme.place"), offer.places[language] || "–"], [say("forme.closes"), day(offer.closes - 1)],
      [say("forme.authority"), offer.named?.[language] ?? offer.authority]]),
    make("h4", {}, say("forme.why")), make("ul", {}, ...found.map((one) => sentence(one, types))),
    opens ?? (verdict === "met" ? way : null)));
}

async function start(offer, button) {
  button.disabled = true;
  try {
    const holder = box.dataset.holder, token = await newToken(offer, holder);
    const begun = await begin(offer);
    await put("begun", { id: begun.request_uri, sort: "token", offer, holder, token, handle: begun.handle, secret: begun.secret });
    const query = new URLSearchParams({ client_id: begun.client_id, request_uri: begun.request_uri });
    location.assign(`/wallet/present?${query}`);
  } catch (error) {
    button.disabled = false;
    button.before(notice(told(error), "danger"));
  }
}

async function show() {
  const answer = await fetch("/wallet/for-me/offers", { credentials: "omit" }).catch(() => null);
  if (!answer?.ok) throw new Refusal("wallet.offline");
  const { now, offers, types } = await answer.json();
  const held = (await all("credentials")).filter((one) => one.since <= now && now < one.until);
  const judged = offers.map((offer) => ({ offer, found: findings(offer.requirements, held) }));
  const section = (name, some) => some.length ? [make("h2", {}, say(name)), make("ul", { class: "cards" }, ...some.map(({ offer, found }) => card(offer, found, types, now)))] : [];
  const fits = judged.filter(({ found }) => overall(found) === "met");
  const others = judged.filter((one) => !fits.includes(one));
  box.replaceChildren(...(offers.length ? [] : [make("p", { class: "empty" }, say("forme.none"))]),
    ...section("forme.fits", fits), ...section("forme.others", others));
}

show().catch((error) => box.replaceChildren(notice(told(error), "danger")));
