// Signed and encrypted JSON, with nothing to negotiate: JWS by ES256 (RFC 7515), JWE by ECDH-ES with AES-GCM (RFC 7516).
// The same as madang.identity.jose: what that refuses is refused here.
import { base64url, bytes, fromBase64url, sha256 } from "../../site/encoding.js";
import { Refusal } from "./refusal.js";

export const ENCRYPTIONS = { A128GCM: 16, A256GCM: 32 };
const MAX_TEXT = 256 * 1024;
const SIGNING = { name: "ECDSA", namedCurve: "P-256" }, AGREEING = { name: "ECDH", namedCurve: "P-256" };
const ES256 = { name: "ECDSA", hash: "SHA-256" };
const BASE64URL = /^[A-Za-z0-9_-]*$/;
const CHANGES_READING = ["crit", "b64", "zip"];

export const join = (...parts) => {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
};

/** Bytes of base64url that has one reading: no padding, no other characters, no bits left over. */
export function plain(text, code) {
  const isText = typeof text === "string" && BASE64URL.test(text) && text.length % 4 !== 1;
  const found = isText ? fromBase64url(text) : null;
  if (!found || base64url(found) !== text) throw new Refusal(code);
  return found;
}

export function readJson(data, code) {
  let value;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch {
    throw new Refusal(code);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Refusal(code);
  return value;
}

/** The members of a public JWK that name a P-256 key, and nothing else. */
export function publicJwk(jwk) {
  const isKey = jwk && jwk.kty === "EC" && jwk.crv === "P-256" && !("d" in jwk);
  if (!isKey || plain(jwk.x, "jose.key").length !== 32 || plain(jwk.y, "jose.key").length !== 32) throw new Refusal("jose.key");
  return { kty: "EC", crv: "P-256", x: jwk.x, y: jwk.y };
}

export const sameKey = (a, b) => a.x === b.x && a.y === b.y;

/** The RFC 7638 thumbprint of a public P-256 JWK, as bytes. */
export const thumbprint = ({ x, y }) => sha256(bytes(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`));

/** A key pair of this browser, whose private part can't be taken out of it, and its public JWK. */
export async function newKey() {
  const pair = await crypto.subtle.generateKey(SIGNING, false, ["sign", "verify"]);
  return { key: pair.privateKey, jwk: publicJwk(await crypto.subtle.exportKey("jwk", pair.publicKey)) };
}

export const sign = async (key, data) => new Uint8Array(await crypto.subtle.sign(ES256, key, data));

export async function holds(jwkOrKey, signature, data) {
  if (signature.length !== 64) return false;
  const isKey = typeof CryptoKey !== "undefined" && jwkOrKey instanceof CryptoKey;
  try {
    const key = isKey ? jwkOrKey : await crypto.subtle.importKey("jwk", publicJwk(jwkOrKey), SIGNING, false, ["verify"]);
    return await crypto.subtle.verify(ES256, key, signature, data);
  } catch {
    return false;
  }
}

export async function signJws(key, typ, claims, header = {}) {
  const encoded = [{ alg: "ES256", typ, ...header }, claims].map((one) => base64url(bytes(JSON.stringify(one)))).join(".");
  return `${encoded}.${base64url(await sign(key, bytes(encoded)))}`;
}

/** A compact JWS of this type, read; `checkJws` says whether its signature holds. */
export function readJws(text, typ, code, most = MAX_TEXT) {
  const parts = typeof text === "string" && text.length <= most ? text.split(".") : [];
  if (parts.length !== 3) throw new Refusal(code);
  const [header, payload] = parts.slice(0, 2).map((part) => readJson(plain(part, code), code));
  const signature = plain(parts[2], code);
  if (header.alg !== "ES256" || header.typ !== typ || CHANGES_READING.some((name) => name in header)) throw new Refusal(code);
  return { header, payload, signature, signed: bytes(`${parts[0]}.${parts[1]}`) };
}

export async function checkJws(jws, key, code) {
  if (!(await holds(key, jws.signature, jws.signed))) throw new Refusal(code);
}

/** The certificates (DER) in a header's x5c, the key's own first. */
export function chainOf(header, code) {
  const given = header.x5c;
  if (!Array.isArray(given) || !given.length || given.length > 4) throw new Refusal(code);
  try {
    return given.map((one) => Uint8Array.from(atob(one), (letter) => letter.charCodeAt(0)));
  } catch {
    throw new Refusal(code);
  }
}

// ------------------------------------------------------------------------------------------------------ encryption

/** A compact JWE for the holder of the private part of a public JWK. */
export async function encrypt(content, to, encryption) {
  const own = await crypto.subtle.generateKey(AGREEING, false, ["deriveBits"]);
  const epk = publicJwk(await crypto.subtle.exportKey("jwk", own.publicKey));
  const header = { alg: "ECDH-ES", enc: encryption, ...(to.kid && { kid: to.kid }), epk };
  const encoded = base64url(bytes(JSON.stringify(header))), iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await agree(own.privateKey, to, encryption, "encrypt");
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bytes(encoded) }, key, content));
  return [encoded, "", base64url(iv), base64url(sealed.slice(0, -16)), base64url(sealed.slice(-16))].join(".");
}

/** A key that others can encrypt for, until the page is left. */
export async function newAnswerKey() {
  const pair = await crypto.subtle.generateKey(AGREEING, false, ["deriveBits"]);
  return { key: pair.privateKey, jwk: publicJwk(await crypto.subtle.exportKey("jwk", pair.publicKey)) };
}

export async function decrypt(text, privateKey) {
  const parts = typeof text === "string" && text.length <= 4 * MAX_TEXT ? text.split(".") : [];
  if (parts.length !== 5 || parts[1]) throw new Refusal("jose.decryption");
  const header = readJson(plain(parts[0], "jose.decryption"), "jose.decryption");
  const isKnown = header.alg === "ECDH-ES" && header.enc in ENCRYPTIONS && !CHANGES_READING.some((name) => name in header);
  if (!isKnown) throw new Refusal("jose.decryption");
  const [iv, sealed, tag] = parts.slice(2).map((part) => plain(part, "jose.decryption"));
  try {
    const key = await agree(privateKey, publicJwk(header.epk), header.enc, "decrypt");
    const way = { name: "AES-GCM", iv, additionalData: bytes(parts[0]) };
    return new Uint8Array(await crypto.subtle.decrypt(way, key, join(sealed, tag)));
  } catch {
    throw new Refusal("jose.decryption");
  }
}

// Concat KDF of RFC 7518, section 4.6.2, with nothing to say about either party: one round of SHA-256.
async function agree(privateKey, jwk, encryption, use) {
  const theirs = await crypto.subtle.importKey("jwk", publicJwk(jwk), AGREEING, false, []);
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, privateKey, 256));
  const size = ENCRYPTIONS[encryption], named = bytes(encryption);
  const derived = await sha256(join(word(1), shared, word(named.length), named, word(0), word(0), word(size * 8)));
  return crypto.subtle.importKey("raw", derived.slice(0, size), "AES-GCM", false, [use]);
}

const word = (value) => Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
