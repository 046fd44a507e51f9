// A verifier's request on this device: who asks, for what, with which values, and what stays hidden; then yes or no.
import { facts, language, make, moment, notice, say, told, valueOf, day } from "./page.js";
import * as presenting from "./presenting.js";
import { Refusal } from "./refusal.js";
import { standingOf } from "./standing.js";
import { all, get, newId, put, unused, useCopy } from "./store.js";
import { known } from "./trust.js";

const box = document.getElementById("present");
const said = box.querySelector(".said"), link = box.querySelector("form.link"), consent = box.querySelector("form.consent");
const RENEW = "/wallet/credentials/receive";

const show = (form, ...parts) => {
  link.hidden = form !== link;
  consent.hidden = form !== consent;
  said.replaceChildren(...parts);
};
const back = () => make("p", { class: "buttons" }, make("a", { class: "krds-btn tertiary large", href: "/wallet/credentials" }, say("all")));

async function guard(work) {
  try {
    await work();
  } catch (error) {
    show(null, ...refusal(error), back());
  }
}

function refusal(error) {
  if (error.code !== "trust.claims") return [notice(told(error), "danger")];
  const names = error.details.claims.map((name) => trust.types[error.details.type].claims[name]?.words[language] ?? name);
  return [notice(say("refusals.trust.claims"), "danger", say("present.too_much")), make("ul", {}, ...names.map((name) => make("li", {}, name)))];
}

let trust = null;

async function open(found) {
  if (!found) throw new Refusal("request.form");
  show(null, make("p", {}, say("present.busy")));
  trust = await known();
  const request = { ...await presenting.readRequest(await presenting.fetchRequest(found), found.client, trust), uri: found.uri };
  const held = (await all("credentials")).filter((one) => one.since <= trust.now() && trust.now() < one.until);
  const counting = [];
  for (const one of held) if (!["revoked", "suspended"].includes(await standingOf(one, trust))) counting.push(one);
  const sets = presenting.choices(request, counting);
  const lacking = sets.filter((one) => one.required && !one.options.length);
  if (lacking.length) {
    return show(null, notice(say("present.nothing_fits"), "warning", say("present.nothing_fits_title")),
      make("ul", {}, ...lacking.flatMap((one) => one.asked).map((query) => make("li", {}, missing(query)))),
      make("p", { class: "buttons" }, make("a", { class: "krds-btn primary large", href: RENEW }, say("receive.title"))), back());
  }
  ask(request, sets);
}

const labels = (query) => query.claims.map((name) => query.type.claims[name].words[language]).join(", ");
const missing = (query) => `${query.type.name[language]}: ${labels(query)}`;

function ask(request, sets) {
  const name = trust.nameOf(request.party, language);
  const purposes = [...new Set(request.wanted.map((one) => one.permission.purpose))].join(", ");
  consent.querySelector(".asks").replaceChildren(
    make("p", { class: "lead" }, say("present.who", { name })),
    facts([[say("present.ledger_name"), request.party], [say("present.purpose"), purposes], [say("present.sent_to"), new URL(request.answerTo).host]]),
    ...sets.filter((one) => one.options.length).map((one, place) => section(one, place)),
    make("p", { class: "muted" }, say("present.how_long", { moment: moment(request.until) })),
  );
  show(consent);
  consent.onsubmit = (event) => {
    event.preventDefault();
    guard(() => give(request, chosen(sets)));
  };
  consent.querySelector(".decline").onclick = () => guard(() => decline(request));
}

// One thing that is asked: to be chosen where several credentials would do, or left out where it is optional.
function section({ required, options }, place) {
  const id = `set-${place}`, several = options.length > 1 || !required;
  const choice = (way, at) => {
    const text = way.map(([query, one]) => label(query, one)).join(" + ");
    const input = make("input", { type: "radio", name: id, id: `${id}-${at}`, value: at, checked: at === 0 && required });
    return make("div", { class: "krds-form-check" }, input, make("label", { for: `${id}-${at}` }, text));
  };
  const contents = make("div", {}, ...what(options[0]));
  const choose = several && make("fieldset", { class: "choose" }, make("legend", {}, say(required ? "present.choose" : "present.optional")),
    ...options.map(choice), !required && none(id));
  choose && choose.addEventListener("change", (event) => {
    const way = options[event.target.value];
    contents.replaceChildren(...(way ? what(way) : [make("p", {}, say("present.left_out"))]));
  });
  if (!required) contents.replaceChildren(make("p", {}, say("present.left_out")));
  return make("section", { class: "card asked" }, make("h2", {}, options[0].map(([query]) => query.type.name[language]).join(" + ")), choose, contents);
}

function none(id) {
  return make("div", { class: "krds-form-check" },
    make("input", { type: "radio", name: id, id: `${id}-none`, value: "none", checked: true }), make("label", { for: `${id}-none` }, say("present.none")));
}

const label = (query, one) =>
  `${query.type.name[language]} · ${trust.nameOf(one.party, language)} · ${say(`form.${one.form === "mso_mdoc" ? "mdoc" : "sdjwt"}`)} · ${day(one.until - 1)}`;

function what(way) {
  return way.flatMap(([query, one]) => {
    const open = Object.keys(one.claims).filter((name) => one.form === "dc+sd-jwt" && query.type.claims[name]?.open);
    const shown = [...new Set([...query.claims, ...open])];
    const hidden = Object.entries(query.type.claims).filter(([name]) => name in one.claims && !shown.includes(name)).map(([, claim]) => claim.words[language]);
    const left = unused(one).length;
    return [
      make("h3", {}, say("present.shows")),
      facts(shown.map((name) => [query.type.claims[name].words[language], valueOf(query.type.claims[name], one.claims[name])])),
      make("h3", {}, say("present.hides")),
      make("p", { class: "hidden-claims" }, hidden.length ? hidden.join(", ") : say("present.hides_nothing")),
      make("p", { class: "muted" }, say("present.from", { name: trust.nameOf(one.party, language) })),
      left === 0 ? notice(say("refusals.wallet.used_up"), "danger") : left <= 2 && one.copies.length > 1 ? notice(say("card.few", { count: left })) : null,
    ].filter(Boolean);
  });
}

function chosen(sets) {
  return sets.filter((one) => one.options.length).flatMap((one, place) => {
    const input = consent.querySelector(`input[name=set-${place}]:checked`);
    return (input ? one.options[input.value] : one.options[0]) ?? [];
  });
}

async function give(request, pairs) {
  if (!pairs.length) return decline(request);
  if (trust.now() >= request.until) throw new Refusal("request.expired");
  show(null, make("p", {}, say("present.sending")));
  if (pairs.some(([, one]) => !unused(one).length)) throw new Refusal("wallet.used_up");
  const copies = [];
  for (const [query, one] of pairs) {
    const copy = await useCopy(one.id);
    if (!copy) throw new Refusal("wallet.used_up");
    copies.push([query, copy]);
  }
  const response = await presenting.respond(request, copies, trust.now());
  const entry = record(request, pairs);
  let next = "";
  try {
    next = await presenting.send(request, { response });
  } catch (error) {
    await put("shown", { ...entry, outcome: "refused" });
    throw error;
  }
  await put("shown", entry);
  const token = await get("begun", request.uri);
  if (token?.sort === "token") {
    await put("begun", { ...token, code: new URL(next, location.href).searchParams.get("response_code") ?? "" });
    return location.assign("/wallet/for-me/token");
  }
  if (next) return location.assign(next);
  show(null, notice(say("present.done"), "success", say("present.done_title")), back());
}

const record = (request, pairs) => ({
  id: newId(), at: trust.now(), party: request.party, name: trust.nameOf(request.party, language), outcome: "shown",
  address: new URL(request.answerTo).host,
  shown: pairs.map(([query, one]) => ({
    type: query.type.id, form: query.form, purpose: query.permission.purpose, issuer: one.party,
    claims: Object.fromEntries(query.claims.map((name) => [name, one.claims[name]])),
  })),
});

async function decline(request) {
  const next = await presenting.decline(request);
  await put("shown", { ...record(request, []), outcome: "declined" });
  if (next) return location.assign(next);
  show(null, notice(say("present.declined"), "success"), back());
}

link.addEventListener("submit", (event) => {
  event.preventDefault();
  guard(() => open(presenting.requestIn(link.querySelector("#request").value)));
});

if (location.search) guard(() => open(presenting.requestIn(location.href)));
else show(link);
