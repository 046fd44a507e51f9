// Certificates of issuers and verifiers: read as far as it matters, and followed to a root (RFC 5280; ISO/IEC 18013-5,
// annex B). The profile is that of madang.identity.certificates: P-256, ECDSA with SHA-256, and a stated purpose.
import { sha256 } from "../../site/encoding.js";
import { holds } from "./jose.js";
import { Refusal } from "./refusal.js";

const MAX_BYTES = 4096;
const ECDSA_SHA256 = "2a8648ce3d040302";
const PURPOSES = { credential: "28818c5d050102", request: "28818c5d050106" };
const [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_USAGE, ALTERNATIVE_NAME] = ["551d13", "551d0f", "551d25", "551d11"];
const UNDERSTOOD = [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_USAGE, ALTERNATIVE_NAME];
const [SEQUENCE, BIT_STRING, OCTETS, OID, INTEGER, BOOLEAN] = [0x30, 0x03, 0x04, 0x06, 0x02, 0x01];

export const hex = (data) => [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");
export const digestOf = async (certificate) => hex(await sha256(certificate));

// ------------------------------------------------------------------------------------------------------------- DER

function fail() {
  throw new Refusal("certificate.form");
}

function* items(data) {
  for (let at = 0; at < data.length;) {
    const tag = data[at];
    let length = data[at + 1], head = 2;
    if (length === undefined || (tag & 0x1f) === 0x1f) fail();
    if (length & 0x80) {
      const count = length & 0x7f;
      if (!count || count > 3) fail();
      length = 0;
      for (let place = 0; place < count; place += 1) length = length * 256 + (data[at + 2 + place] ?? fail());
      head += count;
    }
    const end = at + head + length;
    if (end > data.length) fail();
    yield { tag, content: data.subarray(at + head, end), raw: data.subarray(at, end) };
    at = end;
  }
}

function all(data, ...tags) {
  const found = [...items(data)];
  if (tags.some((tag, place) => found[place]?.tag !== tag)) fail();
  return found;
}

function only(data, tag) {
  const found = all(data, tag);
  if (found.length !== 1) fail();
  return found[0].content;
}

function seconds({ tag, content }) {
  const text = String.fromCharCode(...content);
  const parts = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (!parts || (tag === 0x17) !== (parts[1].length === 2) || (tag !== 0x17 && tag !== 0x18)) fail();
  const short = Number(parts[1]), year = tag === 0x17 ? short + (short < 50 ? 2000 : 1900) : short;
  return Date.UTC(year, parts[2] - 1, ...parts.slice(3).map(Number)) / 1000;
}

// r and s of 32 bytes each, from the two whole numbers of an ECDSA signature (RFC 3279, section 2.2.3).
function plainSignature(der) {
  const raw = new Uint8Array(64);
  const numbers = all(only(der, SEQUENCE), INTEGER, INTEGER);
  if (numbers.length !== 2) fail();
  for (const [place, { content }] of numbers.entries()) {
    const value = content[0] === 0 ? content.subarray(1) : content;
    if (value.length > 32) fail();
    raw.set(value, 32 * (place + 1) - value.length);
  }
  return raw;
}

/** A certificate's parts. Throws `certificate.form`. */
export function read(der) {
  if (der.length > MAX_BYTES) fail();
  const [tbs, algorithm, signature] = all(only(der, SEQUENCE), SEQUENCE, SEQUENCE, BIT_STRING);
  if (hex(all(algorithm.content, OID)[0].content) !== ECDSA_SHA256 || signature.content[0] !== 0) fail();
  const parts = [...items(tbs.content)];
  if (parts[0]?.tag !== 0xa0) fail(); // only version 3 has extensions
  const [, , inner, issuer, validity, subject, key, ...rest] = parts;
  if (!inner || hex(all(inner.content, OID)[0].content) !== ECDSA_SHA256) fail();
  const times = [...items(validity.content)].map(seconds);
  const given = rest.find((one) => one.tag === 0xa3);
  return {
    signed: tbs.raw, signature: plainSignature(signature.content.subarray(1)), issuer: hex(issuer.raw),
    subject: hex(subject.raw), since: times[0], until: times[1], key: key.raw,
    extensions: given ? extensions(only(given.content, SEQUENCE)) : {},
  };
}

function extensions(data) {
  const found = {};
  for (const { tag, content } of items(data)) {
    if (tag !== SEQUENCE) fail();
    const parts = [...items(content)], name = hex(parts[0].content);
    const critical = parts[1]?.tag === BOOLEAN && parts[1].content[0] !== 0;
    if (name in found || parts.at(-1).tag !== OCTETS || (critical && !UNDERSTOOD.includes(name))) fail();
    found[name] = parts.at(-1).content;
  }
  return found;
}

// ------------------------------------------------------------------------------------------------------- following

function signsCertificates({ extensions: found }) {
  const content = BASIC_CONSTRAINTS in found ? only(found[BASIC_CONSTRAINTS], SEQUENCE) : new Uint8Array();
  const [first] = items(content);
  return first?.tag === BOOLEAN && first.content[0] !== 0;
}

function isFor({ extensions: found }, purpose) {
  if (!(EXTENDED_USAGE in found)) return false;
  return [...items(only(found[EXTENDED_USAGE], SEQUENCE))].some((one) => hex(one.content) === PURPOSES[purpose]);
}

const keyOf = ({ key }) =>
  crypto.subtle.importKey("spki", key, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]).catch(fail);

/** The key of a certificate that is named by its own digest, valid now and for this purpose. */
export async function keyFor(der, purpose, now) {
  const found = read(der);
  if (!isFor(found, purpose)) throw new Refusal("certificate.form");
  if (now < found.since || now >= found.until) throw new Refusal("certificate.time");
  return keyOf(found);
}

/**
 * A chain (the signing key's own certificate first, at most one between it and the root) followed to one of these roots:
 * its key, the root's digest, and from when until when all of it is valid.
 */
export async function follow(chain, roots, purpose) {
  const isRoot = (one) => roots.some((root) => hex(root) === hex(one));
  const below = (chain.length > 1 && isRoot(chain.at(-1)) ? chain.slice(0, -1) : chain).map(read);
  if (below.length < 1 || below.length > 2 || !isFor(below[0], purpose) || signsCertificates(below[0])) fail();
  for (const der of roots) {
    const root = read(der), path = [...below, root];
    if (below.at(-1).issuer !== root.subject) continue;
    if (!(await Promise.all(path.slice(1).map((upper, place) => isBelow(path[place], upper)))).every(Boolean)) continue;
    return {
      key: await keyOf(below[0]), anchor: await digestOf(der),
      since: Math.max(...path.map((one) => one.since)), until: Math.min(...path.map((one) => one.until)),
    };
  }
  throw new Refusal("certificate.anchor");
}

async function isBelow(lower, upper) {
  const isLinked = lower.issuer === upper.subject && signsCertificates(upper);
  return isLinked && holds(await keyOf(upper), lower.signature, lower.signed);
}
