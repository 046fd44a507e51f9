// Receiving credentials: OpenID4VCI 1.0 under HAIP 1.0, by an issuer's offer (pre-authorized code) or by signing in there.
// What comes is checked as a verifier would check it, before it is kept.
import { base64url, bytes, sha256 } from "../../site/encoding.js";
import { attestedKeys } from "./attested.js";
import * as jose from "./jose.js";
import * as mdoc from "./mdoc.js";
import * as sdjwt from "./sdjwt.js";
import { Refusal } from "./refusal.js";

const PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
const MOST_COPIES = 20;
const JSON_TYPE = "application/json", JWT_TYPE = "application/jwt";
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

// ------------------------------------------------------------------------------------------------------------ offers

/** The offer in a link, a scanned code or the query of our own page; null where there is none. */
export function offerIn(text) {
  const query = text.trim().split("?").slice(1).join("?").split("#")[0];
  const fields = new URLSearchParams(query);
  const [uri, offer] = [fields.get("credential_offer_uri"), fields.get("credential_offer")];
  return uri || offer ? { uri, offer } : null;
}

export async function readOffer({ uri, offer }, trust) {
  if (uri) checkReached(uri, trust);
  let found;
  try {
    found = uri ? await answered(await ask(uri), "offer.gone") : JSON.parse(offer);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal("offer.form");
  }
  const names = found?.credential_configuration_ids;
  const isForm = typeof found?.credential_issuer === "string" && Array.isArray(names) && names.length > 0 && names.length <= 16;
  if (!isForm) throw new Refusal("offer.form");
  const grant = found.grants?.[PRE_AUTHORIZED];
  return {
    issuer: found.credential_issuer, configurations: names,
    code: grant?.["pre-authorized_code"] ?? null, asksCode: grant?.tx_code ?? null,
    state: found.grants?.authorization_code?.issuer_state ?? null,
  };
}

// An issuer of whom the ledger names no address is not even asked: that alone would tell it of this wallet.
function checkReached(url, trust) {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (!address) throw new Refusal("offer.form");
  if (!trust.reaches(url)) throw new Refusal("issuer.elsewhere", { host: address.host });
}

/** What an issuer says of itself, signed by it; and who it is by the ledger. */
export async function readIssuer(url, trust) {
  checkReached(url, trust);
  const address = new URL(url);
  const path = address.pathname.replace(/\/$/, "");
  const answer = await ask(`${address.origin}/.well-known/openid-credential-issuer${path}`, { headers: { accept: JWT_TYPE } });
  if (!answer.ok) throw new Refusal("issuer.unreachable");
  const jws = jose.readJws(await answer.text(), "openidvci-issuer-metadata+jwt", "issuer.metadata");
  const { key, party } = await trust.issuerBehind(jose.chainOf(jws.header, "issuer.metadata"));
  await jose.checkJws(jws, key, "issuer.metadata");
  const found = jws.payload, now = trust.now();
  if (found.credential_issuer !== url || found.sub !== url || !(found.exp > now)) throw new Refusal("issuer.metadata");
  const server = found.authorization_servers?.[0] ?? url, at = new URL(server);
  const said = await ask(`${at.origin}/.well-known/oauth-authorization-server${at.pathname.replace(/\/$/, "")}`);
  const authorization = await answered(said, "issuer.metadata");
  if (authorization.issuer !== server) throw new Refusal("issuer.metadata");
  return { url, party, metadata: found, authorization, now: () => trust.now() };
}

/**
 * The configurations of an offer that this wallet can hold, with the catalogue's type. `storage` stands where keys must be
 * vouched for: how they may be kept, or nothing where that does not matter.
 */
export function wanted(issuer, names, trust) {
  return names.map((name) => {
    const of = issuer.metadata.credential_configurations_supported?.[name];
    if (!of || (of.format !== "dc+sd-jwt" && of.format !== "mso_mdoc")) throw new Refusal("credential.unknown_type");
    const required = of.proof_types_supported?.jwt?.key_attestations_required;
    const one = { name, form: of.format, type: trust.typeNamed(of.format, of.vct ?? of.doctype) };
    return required ? { ...one, storage: required.key_storage ?? [] } : one;
  });
}

// ------------------------------------------------------------------------------------------------------------ tokens

/** A token by an offer's code, with the code that was told to the person besides. `wallet` is vouched for, or null. */
export async function tokenByOffer(issuer, offer, spoken, wallet) {
  const named = wallet && { client_id: wallet.client };
  const form = { grant_type: PRE_AUTHORIZED, "pre-authorized_code": offer.code, ...named, ...(offer.asksCode && { tx_code: spoken }) };
  return exchange(issuer, form, await jose.newKey(), wallet);
}

/** Push a request to sign in at the issuer; gives what is kept until the person comes back, and where to go. */
export async function beginSigningIn(issuer, offer, client, back, wallet) {
  const verifier = random(), state = random(), dpop = await jose.newKey();
  const names = offer.configurations.map((one) => issuer.metadata.credential_configurations_supported[one].scope);
  const form = {
    response_type: "code", client_id: client, redirect_uri: back, scope: names.join(" "), state,
    code_challenge: base64url(await sha256(bytes(verifier))), code_challenge_method: "S256",
    ...(offer.state && { issuer_state: offer.state }),
  };
  const sender = new Sender(issuer, dpop, "", wallet);
  const { request_uri: uri } = await sender.form(issuer.authorization.pushed_authorization_request_endpoint, form);
  const to = new URL(issuer.authorization.authorization_endpoint);
  to.search = new URLSearchParams({ client_id: client, request_uri: uri }).toString();
  const kept = { id: state, sort: "signing-in", issuer: issuer.url, configurations: offer.configurations, verifier, dpop, client, back };
  return { kept, to: to.href };
}

/** A token by the code with which the issuer sent the person back. */
export async function tokenByCode(issuer, kept, code, wallet) {
  const form = {
    grant_type: "authorization_code", code, redirect_uri: kept.back, client_id: kept.client, code_verifier: kept.verifier,
  };
  return exchange(issuer, form, kept.dpop, wallet);
}

async function exchange(issuer, form, dpop, wallet) {
  const sender = new Sender(issuer, dpop, "", wallet);
  const found = await sender.form(issuer.authorization.token_endpoint, form);
  if (typeof found.access_token !== "string" || found.token_type?.toLowerCase() !== "dpop") throw new Refusal("issuer.answer");
  sender.token = found.access_token;
  return sender;
}

// Sends what is proven by a key (DPoP, RFC 9449), with the nonce that the server wants; forms with who vouches for us.
export class Sender {
  constructor(issuer, dpop, token = "", wallet = null) {
    this.issuer = issuer;
    this.wallet = wallet;
    this.dpop = dpop;
    this.token = token;
    this.nonce = "";
  }

  async form(url, fields) {
    const headers = async () => (this.wallet ? this.wallet.headers(this.issuer.authorization.issuer) : {});
    return answered(await this.send(url, { body: new URLSearchParams(fields), headers }), "issuer.answer");
  }

  async send(url, { body, headers }) {
    for (let tries = 0; ; tries += 1) {
      const proof = await this.proof(url);
      const fresh = typeof headers === "function" ? await headers() : headers;
      const sent = { ...fresh, dpop: proof, ...(this.token && { authorization: `DPoP ${this.token}` }) };
      const answer = await ask(url, { method: "POST", body, headers: sent });
      const nonce = answer.headers.get("dpop-nonce");
      if (nonce) this.nonce = nonce;
      const isStale = !answer.ok && nonce && tries === 0 && (await answer.clone().json().catch(() => ({}))).error === "use_dpop_nonce";
      if (!isStale) return answer;
    }
  }

  async proof(url) {
    const claims = { jti: random(), htm: "POST", htu: url, iat: this.issuer.now(), ...(this.nonce && { nonce: this.nonce }) };
    if (this.token) claims.ath = base64url(await sha256(bytes(this.token)));
    return jose.signJws(this.dpop.key, "dpop+jwt", claims, { jwk: this.dpop.jwk });
  }
}

// ------------------------------------------------------------------------------------------------------- credentials

/**
 * Ask for the copies of a configuration. Gives {credential} as it is kept, or {waiting} where an officer has still to see
 * to it. `at` has {trust, sender, issuer}.
 */
export async function receive(at, one) {
  const batch = at.issuer.metadata.batch_credential_issuance?.batch_size ?? 1;
  const keys = await Promise.all(Array.from({ length: Math.min(batch, one.type.batch, MOST_COPIES) }, jose.newKey));
  const fresh = await ask(at.issuer.metadata.nonce_endpoint, { method: "POST" });
  const { c_nonce: nonce } = await answered(fresh, "issuer.answer");
  at.sender.nonce = fresh.headers.get("dpop-nonce") ?? at.sender.nonce;
  const claims = { aud: at.issuer.url, iat: at.trust.now(), nonce };
  const prove = (key, more) => jose.signJws(key.key, "openid4vci-proof+jwt", claims, { jwk: key.jwk, ...more });
  // One proof that brings an attestation stands for all keys in it.
  const attestation = one.storage && await attestedKeys(keys.map((key) => key.jwk), nonce);
  const jwt = attestation ? [await prove(keys[0], { key_attestation: attestation })] : await Promise.all(keys.map((key) => prove(key)));
  const content = { credential_configuration_id: one.name, proofs: { jwt } };
  const answer = await sealed(at, at.issuer.metadata.credential_endpoint, content);
  return taken(at, one, keys, answer);
}

/** Ask again for what was still being prepared. */
export async function receiveLater(at, kept) {
  const content = { transaction_id: kept.transaction };
  const answer = await sealed(at, at.issuer.metadata.deferred_credential_endpoint, content);
  return taken(at, kept.wanted, kept.keys, answer);
}

async function taken(at, one, keys, answer) {
  if (answer.transaction_id) {
    return { waiting: { transaction: answer.transaction_id, interval: answer.interval ?? 300, wanted: one, keys } };
  }
  let credential;
  try {
    credential = await checked(at, one, keys, answer.credentials);
  } catch (error) {
    await notify(at, answer.notification_id, "credential_failure").catch(() => {});
    throw error;
  }
  return { credential, notification: answer.notification_id };
}

/** Tell the issuer what became of what it sent. */
export async function notify(at, notification, event) {
  const url = at.issuer.metadata.notification_endpoint;
  if (!url || !notification) return;
  const body = JSON.stringify({ notification_id: notification, event });
  await at.sender.send(url, { body, headers: { "content-type": JSON_TYPE } });
}

// Encrypted in both directions where the issuer offers that: proxies on the way see no credential.
async function sealed(at, url, content) {
  const { credential_request_encryption: to, credential_response_encryption: back } = at.issuer.metadata;
  const key = to?.jwks?.keys?.[0], enc = back?.enc_values_supported?.find((one) => one in jose.ENCRYPTIONS);
  if (!key || !enc) {
    const sent = { body: JSON.stringify(content), headers: { "content-type": JSON_TYPE } };
    return answered(await at.sender.send(url, sent), "issuer.answer");
  }
  const own = await jose.newAnswerKey();
  const asked = { ...content, credential_response_encryption: { jwk: { ...own.jwk, alg: "ECDH-ES", use: "enc" }, enc } };
  const body = await jose.encrypt(bytes(JSON.stringify(asked)), key, enc);
  const answer = await at.sender.send(url, { body, headers: { "content-type": JWT_TYPE } });
  if (!answer.ok) return answered(answer, "issuer.answer");
  return jose.readJson(await jose.decrypt(await answer.text(), own.key), "issuer.answer");
}

async function checked({ trust, issuer }, one, keys, given) {
  const isForm = Array.isArray(given) && given.length > 0 && given.length <= keys.length;
  if (!isForm || given.some((each) => typeof each?.credential !== "string")) throw new Refusal("issuer.answer");
  const open = [...keys], copies = [];
  let first = null;
  for (const { credential: text } of given) {
    const found = await accept(one, text, trust);
    const place = open.findIndex((key) => jose.sameKey(key.jwk, found.holder));
    if (place < 0) throw new Refusal("credential.other_key");
    const [{ key }] = open.splice(place, 1);
    first ??= found;
    if (inOrder(found.claims) !== inOrder(first.claims)) throw new Refusal("credential.differs");
    copies.push({ text, key, status: found.status, used: false });
  }
  return {
    id: crypto.randomUUID(), type: one.type.id, form: one.form, configuration: one.name, issuer: issuer.url,
    party: first.party, claims: first.claims, since: first.since, until: first.until, received: trust.now(), copies,
  };
}

// Members stand in another order in each copy: digests are shuffled, so that a place tells nothing.
const inOrder = (claims) => JSON.stringify(claims, (_, one) =>
  (one !== null && typeof one === "object" && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).sort()) : one));

async function accept(one, text, trust) {
  const format = one.form === "mso_mdoc" ? mdoc : sdjwt;
  const found = await format.accept(text, trust.followCredentials(), trust.now());
  if (found.type !== (one.form === "mso_mdoc" ? one.type.doctype : one.type.vct)) throw new Refusal("credential.other_type");
  const party = trust.issuerOf(found.followed.anchor, one.type.id, found.signed);
  if (found.signed < found.followed.since || found.signed >= found.followed.until) throw new Refusal("certificate.time");
  return { ...found, party, claims: one.form === "mso_mdoc" ? named(one.type, found.claims) : found.claims };
}

// The elements of an mdoc by the catalogue's names of claims.
function named(type, namespaces) {
  const elements = namespaces[type.namespace] ?? {};
  const names = Object.entries(type.claims).map(([name, claim]) => [name, claim.element || name]);
  return Object.fromEntries(names.filter(([, element]) => element in elements).map(([name, element]) => [name, elements[element]]));
}

// ------------------------------------------------------------------------------------------------------------- wires

async function ask(url, options = {}) {
  try {
    return await fetch(url, { credentials: "omit", cache: "no-store", redirect: "error", referrerPolicy: "no-referrer", ...options });
  } catch {
    throw new Refusal("issuer.unreachable");
  }
}

async function answered(answer, code) {
  const found = await answer.json().catch(() => null);
  if (answer.ok && found !== null && typeof found === "object") return found;
  const known = ["invalid_grant", "invalid_client", "credential_request_denied", "invalid_transaction_id"];
  throw new Refusal(known.includes(found?.error) ? `issuer.${found.error}` : code);
}
