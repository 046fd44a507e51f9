// SD-JWT VC in a wallet (RFC 9901): read and check what an issuer signed, and show a part of it to a verifier.
import { base64url, bytes, sha256 } from "../../site/encoding.js";
import { chainOf, checkJws, plain, publicJwk, readJws, signJws } from "./jose.js";
import { Refusal } from "./refusal.js";

const TYP = "dc+sd-jwt", BINDING = "kb+jwt";
const MAX_TEXT = 64 * 1024, MAX_DISCLOSURES = 200, MAX_DEPTH = 8;
const ABOUT = ["iss", "iat", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "_sd_alg"];
const [FORM, DISCLOSURE] = ["sdjwt.form", "sdjwt.disclosure"];

const digestOf = async (text) => base64url(await sha256(bytes(text)));

function split(text) {
  const parts = typeof text === "string" && text.length <= MAX_TEXT ? text.split("~") : [];
  if (parts.length < 2 || parts.length > MAX_DISCLOSURES + 2 || parts.at(-1)) throw new Refusal(FORM);
  return { jwt: parts[0], texts: parts.slice(1, -1) };
}

async function readDisclosures(texts) {
  const found = new Map();
  for (const text of texts) {
    let parts;
    try {
      parts = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain(text, DISCLOSURE)));
    } catch {
      throw new Refusal(DISCLOSURE);
    }
    const isForm = Array.isArray(parts) && (parts.length === 2 || parts.length === 3);
    if (!isForm || parts.slice(0, -1).some((one) => typeof one !== "string")) throw new Refusal(DISCLOSURE);
    const name = parts.length === 3 ? parts[1] : null, digest = await digestOf(text);
    if (name === "_sd" || name === "..." || found.has(digest)) throw new Refusal(DISCLOSURE);
    found.set(digest, { text, name, value: parts.at(-1) });
  }
  return found;
}

/** The claims with what was disclosed in its place, and for each disclosure the claim at the top that it belongs to. */
function resolve(payload, disclosures) {
  const seen = new Set(), tops = new Map();
  const take = (digest, top, isElement) => {
    if (typeof digest !== "string" || seen.has(digest)) throw new Refusal(DISCLOSURE);
    seen.add(digest);
    const found = disclosures.get(digest);
    if (!found) return null;
    if ((found.name === null) !== isElement) throw new Refusal(DISCLOSURE);
    tops.set(found.text, top ?? found.name);
    return found;
  };
  const valueAt = (value, top, depth) => {
    if (depth > MAX_DEPTH) throw new Refusal(FORM);
    if (Array.isArray(value)) return value.flatMap((one) => elementAt(one, top, depth));
    return value !== null && typeof value === "object" ? objectAt(value, top, depth) : value;
  };
  const elementAt = (one, top, depth) => {
    if (one === null || typeof one !== "object" || !("..." in one)) return [valueAt(one, top, depth + 1)];
    if (Object.keys(one).length !== 1) throw new Refusal(DISCLOSURE);
    const found = take(one["..."], top, true);
    return found ? [valueAt(found.value, top, depth + 1)] : [];
  };
  const objectAt = (members, top, depth) => {
    const claims = new Map(), digests = members._sd ?? [];
    if ("..." in members || !Array.isArray(digests)) throw new Refusal(FORM);
    for (const [name, value] of Object.entries(members)) {
      if (name !== "_sd") claims.set(name, valueAt(value, top ?? name, depth + 1));
    }
    for (const digest of digests) {
      const found = take(digest, top, false);
      if (!found) continue;
      if (claims.has(found.name)) throw new Refusal(DISCLOSURE);
      claims.set(found.name, valueAt(found.value, top ?? found.name, depth + 1));
    }
    return Object.fromEntries(claims);
  };
  const claims = objectAt(payload, null, 0);
  if (tops.size !== disclosures.size || ABOUT.some((name) => [...tops.values()].includes(name))) throw new Refusal(DISCLOSURE);
  return { claims, tops };
}

/**
 * What an issuer handed over, checked: `follow(chain)` gives the key of a trusted chain.
 * Gives {type, claims, holder, status, since, until, signed, followed}; times in seconds.
 */
export async function accept(text, follow, now) {
  const { jwt, texts } = split(text);
  const jws = readJws(jwt, TYP, FORM, MAX_TEXT);
  const followed = await follow(chainOf(jws.header, FORM));
  await checkJws(jws, followed.key, "sdjwt.signature");
  if ((jws.payload._sd_alg ?? "sha-256") !== "sha-256") throw new Refusal(FORM);
  const { claims } = resolve(jws.payload, await readDisclosures(texts));
  const { iat = 0, nbf = 0, exp } = claims, since = Math.max(iat, nbf);
  if (![iat, nbf, exp].every((one) => Number.isSafeInteger(one) && one >= 0)) throw new Refusal(FORM);
  if (exp <= now || since > now + 60) throw new Refusal("credential.time");
  return {
    type: claims.vct, holder: publicJwk(claims.cnf?.jwk), status: statusOf(claims.status),
    since, until: exp, signed: iat || since, followed,
    claims: Object.fromEntries(Object.entries(claims).filter(([name]) => !ABOUT.includes(name))),
  };
}

function statusOf(status) {
  if (status === undefined) return null;
  const { uri, idx } = status?.status_list ?? {};
  if (typeof uri !== "string" || !Number.isSafeInteger(idx) || idx < 0) throw new Refusal(FORM);
  return { uri, index: idx };
}

/** What is handed to the verifier `audience`: these claims, what can't be hidden, and the holder's signature for it. */
export async function present(text, names, audience, nonce, now, key) {
  const { jwt, texts } = split(text);
  const { payload } = readJws(jwt, TYP, FORM, MAX_TEXT);
  const { tops } = resolve(payload, await readDisclosures(texts));
  const shown = [jwt, ...texts.filter((one) => names.includes(tops.get(one)))].map((one) => `${one}~`).join("");
  const said = { iat: now, aud: audience, nonce, sd_hash: await digestOf(shown) };
  return shown + (await signJws(key, BINDING, said));
}
