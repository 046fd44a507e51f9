// Takes an offer of credentials: from a link, a scanned code, or after signing in at the issuer.
import { attestedWallet, checkAttestable, wantsAttestation } from "./attested.js";
import * as issuing from "./issuing.js";
import { facts, language, make, notice, say, told } from "./page.js";
import { Refusal } from "./refusal.js";
import { get, newId, put, remove } from "./store.js";
import { known } from "./trust.js";

const CLIENT = `${location.origin}/wallet`, BACK = `${CLIENT}/credentials/back`;
const box = document.getElementById("receive");
const said = box.querySelector(".said"), link = box.querySelector("form.link"), agree = box.querySelector("form.agree");

const show = (form, ...parts) => {
  link.hidden = form !== link;
  agree.hidden = form !== agree;
  said.replaceChildren(...parts);
};
const busy = () => show(null, make("p", {}, say("receive.busy")));

async function guard(work, form = link) {
  try {
    await work();
  } catch (error) {
    const enter = error.code === "wallet.sign_in" && make("a", { class: "krds-btn primary large", href: "/wallet" }, say("receive.enter"));
    show(form, notice(told(error), "danger"), ...(enter ? [make("p", { class: "buttons" }, enter)] : []));
  }
}

async function open(found) {
  if (!found) throw new Refusal("offer.form");
  busy();
  const trust = await known();
  const offer = await issuing.readOffer(found, trust);
  const issuer = await issuing.readIssuer(offer.issuer, trust);
  const wanted = issuing.wanted(issuer, offer.configurations, trust);
  const isAttested = wantsAttestation(issuer, wanted);
  if (isAttested) {
    checkAttestable(trust, wanted);
    // Who is not signed in learns it now, and not once the digits are typed.
    await attestedWallet(trust);
  }
  const names = [...new Set(wanted.map((one) => one.type.name[language]))];
  agree.querySelector(".what").replaceChildren(
    make("p", { class: "lead" }, say("receive.who", { name: trust.nameOf(issuer.party, language) })),
    make("ul", {}, ...names.map((name) => make("li", {}, name))),
    facts([[say("receive.issuer"), issuer.party], [say("receive.address"), new URL(issuer.url).host]]),
    make("p", { class: "muted" }, say(offer.code ? "receive.checked" : "receive.sign_in")),
    ...(isAttested ? [make("p", { class: "muted" }, say("receive.attested", { name: trust.nameOf(trust.provider.party, language) }))] : []),
  );
  agree.querySelector(".code").hidden = !offer.asksCode;
  show(agree);
  agree.onsubmit = (event) => {
    event.preventDefault();
    const spoken = agree.querySelector("#spoken").value.trim();
    if (offer.asksCode && !spoken) return show(agree, notice(say("refusals.offer.code"), "danger"));
    guard(() => (offer.code ? byOffer : signIn)(trust, issuer, offer, wanted, spoken), agree);
  };
}

const attest = (trust, issuer, wanted) => (wantsAttestation(issuer, wanted) ? attestedWallet(trust) : null);

async function byOffer(trust, issuer, offer, wanted, spoken) {
  busy();
  const wallet = await attest(trust, issuer, wanted);
  await finish({ trust, issuer, sender: await issuing.tokenByOffer(issuer, offer, spoken, wallet) }, wanted);
}

async function signIn(trust, issuer, offer, wanted) {
  busy();
  const wallet = await attest(trust, issuer, wanted);
  const { kept, to } = await issuing.beginSigningIn(issuer, offer, wallet?.client ?? CLIENT, BACK, wallet);
  await put("begun", kept);
  location.assign(to);
}

// The person comes back from the issuer, with a code or a refusal (RFC 9207: by the issuer that was asked).
async function comeBack(fields) {
  busy();
  const kept = await get("begun", fields.get("state") ?? "");
  history.replaceState(null, "", location.pathname);
  if (kept?.sort !== "signing-in" || fields.get("iss") !== kept.issuer) throw new Refusal("offer.gone");
  await remove("begun", kept.id);
  if (!fields.get("code")) throw new Refusal("issuer.declined");
  const trust = await known();
  const issuer = await issuing.readIssuer(kept.issuer, trust);
  const wanted = issuing.wanted(issuer, kept.configurations, trust);
  const wallet = await attest(trust, issuer, wanted);
  await finish({ trust, issuer, sender: await issuing.tokenByCode(issuer, kept, fields.get("code"), wallet) }, wanted);
}

async function finish(at, wanted) {
  await navigator.storage?.persist?.();
  let waits = false;
  for (const one of wanted) {
    const found = await issuing.receive(at, one);
    if (found.waiting) {
      waits = true;
      await put("begun", {
        id: newId(), sort: "waiting", issuer: at.issuer.url, token: at.sender.token, dpop: at.sender.dpop,
        waiting: found.waiting, next: at.trust.now() + found.waiting.interval,
      });
      continue;
    }
    await put("credentials", found.credential);
    await issuing.notify(at, found.notification, "credential_accepted").catch(() => {});
  }
  show(null, notice(say(waits ? "waiting.text" : "receive.done"), "success", say(waits ? "waiting.title" : "receive.done_title")),
    make("p", { class: "buttons" }, make("a", { class: "krds-btn primary large", href: "/wallet/credentials" }, say("all"))));
}

link.addEventListener("submit", (event) => {
  event.preventDefault();
  guard(() => open(issuing.offerIn(link.querySelector("#offer").value)));
});

if (location.pathname.endsWith("/back")) guard(() => comeBack(new URLSearchParams(location.search)));
else if (location.search) guard(() => open(issuing.offerIn(location.href)));
else show(link);
