// Tokens that were signed for this device: kept here until a claim is made of them, best some time later.
import { language, make, moment, notice, say, told } from "./page.js";
import { all, put, remove } from "./store.js";
import { claimOf, signed } from "./tokens.js";
import { known } from "./trust.js";

const box = document.getElementById("tokens");
const LEAST_MINUTES = 20, MOST_MINUTES = 24 * 60;

async function haveSigned(one, now) {
  try {
    const signature = await signed(one);
    const minutes = LEAST_MINUTES + crypto.getRandomValues(new Uint32Array(1))[0] % (MOST_MINUTES - LEAST_MINUTES);
    const found = { ...one, signature, best: now + minutes * 60, secret: "", code: "" };
    await put("begun", found);
    return found;
  } catch (error) {
    // What the authority refused it refuses again: the request was answered, and is over.
    if (error.code !== "wallet.offline") await remove("begun", one.id);
    return { ...one, error };
  }
}

function card(one, now) {
  const title = make("h2", {}, one.offer.titles[language]);
  if (one.error) return make("li", {}, make("article", { class: "card" }, title, notice(told(one.error), "danger")));
  const hidden = Object.entries(claimOf(one)).map(([name, value]) => make("input", { type: "hidden", name, value }));
  const form = make("form", { method: "post", action: "/wallet/for-me/claim" }, ...hidden,
    make("p", { class: "buttons" }, make("button", { class: "krds-btn primary medium", type: "submit" }, say("token.claim"))));
  const forget = make("button", { class: "krds-btn tertiary medium", type: "button" }, say("token.forget"));
  forget.addEventListener("click", async () => {
    await remove("begun", one.id);
    await show();
  });
  const isBest = now >= one.best;
  return make("li", {}, make("article", { class: "card" }, title,
    notice(isBest ? say("token.ready") : say("token.wait", { moment: moment(one.best) }), isBest ? "success" : "warning", say("token.have")),
    form, make("details", {}, make("summary", {}, say("token.forget_title")), make("p", {}, say("token.forget_text")), make("p", { class: "buttons" }, forget))));
}

async function show() {
  const kept = (await all("begun")).filter((one) => one.sort === "token" && (one.signature || one.code));
  const found = [], now = (await known()).now();
  for (const one of kept) found.push(one.signature ? one : await haveSigned(one, now));
  box.replaceChildren(found.length ? make("ul", { class: "cards" }, ...found.map((one) => card(one, now))) : make("p", { class: "empty" }, say("token.none")));
}

show().catch((error) => box.replaceChildren(notice(told(error), "danger")));
