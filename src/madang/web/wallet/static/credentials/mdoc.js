// ISO mdoc in a wallet (ISO/IEC 18013-5; OpenID4VP 1.0, appendix B.2): check what an issuer signed, and show elements.
import { base64url, fromBase64url, sha256 } from "../../site/encoding.js";
import { Encoded, decode, encode } from "./cbor.js";
import { holds, publicJwk, sign } from "./jose.js";
import { hex } from "./x509.js";
import { Refusal } from "./refusal.js";

const X5CHAIN = 33, ES256 = -7;
const NOTHING = new Encoded(encode(new Map()));
const FORM = "mdoc.form";

const expect = (found, is) => {
  if (!is) throw new Refusal(FORM);
  return found;
};
const mapOf = (value) => expect(value, value instanceof Map);
const textOf = (value) => expect(value, typeof value === "string");

function readSign1(value) {
  const [protectedBytes, unprotected, payload, signature] = expect(value, Array.isArray(value) && value.length === 4);
  const isForm = protectedBytes instanceof Uint8Array && unprotected instanceof Map && signature instanceof Uint8Array;
  const header = mapOf(decode(expect(protectedBytes, isForm)));
  expect(header, header.get(1) === ES256 && !header.has(2));
  return { protectedBytes, unprotected, payload, signature };
}

const toBeSigned = (protectedBytes, payload) => encode(["Signature1", protectedBytes, new Uint8Array(), payload]);

function readItems(issuerSigned) {
  const found = new Map();
  for (const [namespace, items] of mapOf(issuerSigned.get("nameSpaces"))) {
    const read = expect(items, Array.isArray(items)).map((encoded) => {
      const item = mapOf(decode(expect(encoded, encoded instanceof Encoded).content));
      expect(item, item.get("random") instanceof Uint8Array && item.get("random").length >= 16 && item.has("elementValue"));
      return { encoded, number: item.get("digestID"), name: textOf(item.get("elementIdentifier")), value: item.get("elementValue") };
    });
    expect(read, new Set(read.map((one) => one.name)).size === read.length);
    expect(read, new Set(read.map((one) => one.number)).size === read.length);
    found.set(namespace, read);
  }
  return found;
}

/** A value of an element as the catalogue has it: maps as objects, days as their text. */
export function plainValue(value) {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, one]) => [name, plainValue(one)]));
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof Uint8Array) return base64url(value);
  return value !== null && typeof value === "object" && "text" in value ? value.text : value;
}

/** As `accept` of SD-JWT VC; `claims` are elements by namespace. `text` is an IssuerSigned in base64url. */
export async function accept(text, follow, now) {
  const issuerSigned = mapOf(decode(fromBase64url(text)));
  const auth = readSign1(issuerSigned.get("issuerAuth"));
  const given = auth.unprotected.get(X5CHAIN), chain = Array.isArray(given) ? given : [given];
  expect(chain, chain.length <= 4 && chain.every((one) => one instanceof Uint8Array));
  const followed = await follow(chain);
  const signed = toBeSigned(auth.protectedBytes, expect(auth.payload, auth.payload instanceof Uint8Array));
  if (!(await holds(followed.key, auth.signature, signed))) throw new Refusal("mdoc.signature");
  const outer = decode(auth.payload), mso = mapOf(decode(expect(outer, outer instanceof Encoded).content));
  expect(mso, mso.get("version") === "1.0" && mso.get("digestAlgorithm") === "SHA-256");
  const namespaces = readItems(issuerSigned);
  await checkDigests(mapOf(mso.get("valueDigests")), namespaces);
  const [made, since, until] = ["signed", "validFrom", "validUntil"].map((name) => momentOf(mapOf(mso.get("validityInfo")).get(name)));
  if (until <= now || since > now + 60) throw new Refusal("credential.time");
  return {
    type: textOf(mso.get("docType")), holder: keyOf(mapOf(mso.get("deviceKeyInfo")).get("deviceKey")),
    status: statusOf(mso.get("status")), since, until, signed: made, followed,
    claims: Object.fromEntries([...namespaces].map(([name, items]) =>
      [name, Object.fromEntries(items.map((one) => [one.name, plainValue(one.value)]))])),
  };
}

async function checkDigests(digests, namespaces) {
  for (const [namespace, items] of namespaces) {
    for (const one of items) {
      const expected = mapOf(digests.get(namespace)).get(one.number);
      const found = await sha256(encode(one.encoded));
      if (!(expected instanceof Uint8Array) || hex(expected) !== hex(found)) throw new Refusal("mdoc.digest");
    }
  }
}

function momentOf(value) {
  const found = value?.tag === 0 ? Date.parse(value.text) / 1000 : NaN;
  return expect(found, Number.isFinite(found));
}

function keyOf(value) {
  const key = mapOf(value), [x, y] = [key.get(-2), key.get(-3)];
  expect(key, key.get(1) === 2 && key.get(-1) === 1 && x instanceof Uint8Array && y instanceof Uint8Array);
  return publicJwk({ kty: "EC", crv: "P-256", x: base64url(x), y: base64url(y) });
}

function statusOf(status) {
  if (status === undefined) return null;
  const place = mapOf(mapOf(status).get("status_list")), [uri, index] = [place.get("uri"), place.get("idx")];
  return expect({ uri, index }, typeof uri === "string" && Number.isSafeInteger(index) && index >= 0);
}

/** The session transcript of a response to `answerTo` that is encrypted for this key (appendix B.2.6.1). */
export async function transcript(client, nonce, answerTo, thumbprint) {
  const info = encode([client, nonce, thumbprint, answerTo]);
  return [null, null, ["OpenID4VPHandover", await sha256(info)]];
}

/** A DeviceResponse in base64url that shows these elements of one namespace and no other. */
export async function present(text, type, namespace, names, session, key) {
  const issuerSigned = decode(fromBase64url(text));
  const items = readItems(issuerSigned).get(namespace) ?? [];
  const shown = names.map((name) => expect(items.find((one) => one.name === name), items.some((one) => one.name === name)).encoded);
  const payload = encode(new Encoded(encode(["DeviceAuthentication", session, type, NOTHING])));
  const protectedBytes = encode(new Map([[1, ES256]]));
  const signature = await sign(key, toBeSigned(protectedBytes, payload));
  const document = new Map([
    ["docType", type],
    ["issuerSigned", new Map([["nameSpaces", new Map([[namespace, shown]])], ["issuerAuth", issuerSigned.get("issuerAuth")]])],
    ["deviceSigned", new Map([
      ["nameSpaces", NOTHING],
      ["deviceAuth", new Map([["deviceSignature", [protectedBytes, new Map(), null, signature]]])],
    ])],
  ]);
  return base64url(encode(new Map([["version", "1.0"], ["documents", [document]], ["status", 0]])));
}
