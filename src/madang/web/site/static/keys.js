// The keys of this browser, one entry each: {kid, area, sort, publicKey, key | credential, party, made}.
// A `jws` key is a WebCrypto key that can't be extracted; a `passkey` stays in the authenticator, and is asked each time.
import { all, put, remove } from "./store.js";
import { base64url, bytes, sha256 } from "./encoding.js";

const P256 = { name: "ECDSA", namedCurve: "P-256" };
const ES256 = { name: "ECDSA", hash: "SHA-256" };

/** The name of a key: its RFC 7638 thumbprint, from x and y (64 bytes). */
export async function thumbprint(point) {
  const x = base64url(point.slice(0, 32)), y = base64url(point.slice(32));
  return base64url(await sha256(bytes(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`)));
}

/** The keys of an area, oldest first. The explorer is for whoever has a key: it makes none, and reads with all. */
export async function keysOf(area) {
  const wanted = (one) => area === "explorer" || one.area === area;
  return (await all("keys")).filter(wanted).sort((a, b) => a.made - b.made);
}

const OFFICES = ["desk", "console"];

/** Those of these keys that may sign on this page: of officers, who share computers, passkeys alone. */
export function signing(keys) {
  const takesPlain = !("passkeys" in document.body.dataset);
  return keys.filter((one) => takesPlain || one.sort === "passkey" || !OFFICES.includes(one.area));
}

/** A new key in this browser. It names a person by its thumbprint, until it is enrolled as a further key of a party. */
export async function makeKey(area, party = null) {
  const pair = await crypto.subtle.generateKey(P256, false, ["sign", "verify"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)).slice(1);
  return keep({ area, sort: "jws", key: pair.privateKey, party }, point);
}

/** A new passkey of this site, made by an authenticator that verifies its user. */
export async function makePasskey(area, label, party = null) {
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      rp: { id: location.hostname, name: "Madang" },
      user: { id: crypto.getRandomValues(new Uint8Array(32)), name: label, displayName: label },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
      authenticatorSelection: { userVerification: "required", residentKey: "preferred" },
      attestation: "none",
    },
  });
  const point = new Uint8Array(made.response.getPublicKey()).slice(-64);
  return keep({ area, sort: "passkey", credential: new Uint8Array(made.rawId), party }, point);
}

/** Keep a key of this browser: its area, sort, party, and the private key or credential. */
export async function keep(entry, point) {
  const kid = await thumbprint(point);
  const kept = { ...entry, kid, publicKey: base64url(point), party: entry.party ?? kid, made: Date.now() };
  await put("keys", kept);
  return kept;
}

export const forgetKey = (kid) => remove("keys", kid);

/** A signed payload of these keys: a compact JWS of one, general JSON of several or of passkeys. */
export async function envelope(payload, keys) {
  const encoded = base64url(bytes(payload));
  if (keys.length === 1 && keys[0].sort === "jws") {
    const one = await jws(encoded, keys[0]);
    return `${one.protected}.${encoded}.${one.signature}`;
  }
  const signatures = [], assertions = [];
  for (const key of keys) {
    if (key.sort === "jws") signatures.push(await jws(encoded, key));
    else assertions.push(await assertion(payload, [key]));
  }
  return JSON.stringify({ payload: encoded, ...(signatures.length && { signatures }), ...(assertions.length && { assertions }) });
}

/** A payload signed by one of these passkeys, whichever its holder has at hand. */
export async function byOneOf(payload, passkeys) {
  return JSON.stringify({ payload: base64url(bytes(payload)), assertions: [await assertion(payload, passkeys)] });
}

async function jws(encoded, key) {
  const header = base64url(bytes(JSON.stringify({ alg: "ES256", kid: key.kid })));
  const signature = await crypto.subtle.sign(ES256, key.key, bytes(`${header}.${encoded}`));
  return { protected: header, signature: base64url(signature) };
}

async function assertion(payload, keys) {
  const made = await navigator.credentials.get({
    publicKey: {
      challenge: await sha256(bytes(payload)),
      rpId: location.hostname,
      allowCredentials: keys.map((one) => ({ type: "public-key", id: one.credential })),
      userVerification: "required",
    },
  });
  const used = base64url(made.rawId);
  return {
    kid: keys.find((one) => base64url(one.credential) === used).kid,
    authenticatorData: base64url(made.response.authenticatorData),
    clientDataJSON: base64url(made.response.clientDataJSON),
    signature: base64url(made.response.signature),
  };
}
