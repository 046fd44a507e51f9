// @openid4vc/openid4vp as a wallet: it reads our link and our request, and answers. What it fetches and sends goes
// through the test: `request` is what our server gave, and the answer is the form that it would post.
import { readFileSync } from "node:fs";
import { createHash, createPrivateKey, sign, X509Certificate } from "node:crypto";
import { Openid4vpClient } from "@openid4vc/openid4vp";
import { CompactEncrypt, importJWK, jwtVerify } from "jose";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { digest, generateSalt } from "@sd-jwt/crypto-nodejs";

const asked = JSON.parse(readFileSync(0, "utf8"));
const fetched = [], sent = [];

// The judge judges by the clock of the test.
const Clock = Date;
globalThis.Date = class extends Clock {
  constructor(...given) { super(...(given.length ? given : [asked.now * 1000])); }
  static now() { return asked.now * 1000; }
};

async function fetchOrPost(url, options = {}) {
  if ((options.method ?? "GET") === "GET" || String(url).includes("/request/")) {
    fetched.push(String(url));
    return new Response(asked.request, { status: 200, headers: { "content-type": "application/oauth-authz-req+jwt" } });
  }
  sent.push({ url: String(url), body: String(options.body) });
  return new Response("{}", { status: 200, headers: { "content-type": "application/json" } });
}

const callbacks = {
  fetch: fetchOrPost,
  hash: (data, algorithm) => createHash(algorithm.replace("-", "")).update(data).digest(),
  getX509CertificateMetadata: (certificate) => {
    const names = new X509Certificate(Buffer.from(certificate, "base64")).subjectAltName ?? "";
    const of = (kind) => names.split(", ").filter((one) => one.startsWith(`${kind}:`)).map((one) => one.slice(4));
    return { sanDnsNames: of("DNS"), sanUriNames: of("URI") };
  },
  verifyJwt: async (signer, { compact }) => {
    const { publicKey } = new X509Certificate(Buffer.from(signer.x5c[0], "base64"));
    try {
      await jwtVerify(compact, publicKey, { algorithms: ["ES256"], currentDate: new Date(asked.now * 1000) });
      return { verified: true, signerJwk: publicKey.export({ format: "jwk" }) };
    } catch {
      return { verified: false };
    }
  },
  encryptJwe: async (encryptor, data) => {
    const key = await importJWK(encryptor.publicJwk, "ECDH-ES");
    const jwe = await new CompactEncrypt(new TextEncoder().encode(data))
      .setProtectedHeader({ alg: "ECDH-ES", enc: encryptor.enc, kid: encryptor.publicJwk.kid })
      .encrypt(key);
    return { encryptionJwk: encryptor.publicJwk, jwe };
  },
  signJwt: () => { throw new Error("nothing is signed here"); },
};

async function present(payload) {
  const key = createPrivateKey({ key: asked.holder_key, format: "jwk" });
  const instance = new SDJwtVcInstance({
    hasher: digest,
    hashAlg: "sha-256",
    saltGenerator: generateSalt,
    signAlg: "ES256",
    kbSignAlg: "ES256",
    kbSigner: (data) => sign("sha256", Buffer.from(data), { key, dsaEncoding: "ieee-p1363" }).toString("base64url"),
  });
  const query = payload.dcql_query.credentials.find((one) => one.format === "dc+sd-jwt");
  const frame = Object.fromEntries(query.claims.map(({ path }) => [path[0], true]));
  const binding = { iat: asked.now, aud: payload.client_id, nonce: asked.nonce ?? payload.nonce };
  return { [query.id]: [await instance.present(asked.credential, frame, { kb: { payload: binding } })] };
}

let said;
try {
  const client = new Openid4vpClient({ callbacks });
  const parsed = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: asked.link });
  const resolved = await client.resolveOpenId4vpAuthorizationRequest({ authorizationRequestPayload: parsed.params });
  const payload = resolved.authorizationRequestPayload;
  const made = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: payload,
    authorizationResponsePayload: { vp_token: await present(payload) },
    jarm: {
      encryption: { nonce: "wallet" },
      serverMetadata: {
        authorization_signing_alg_values_supported: [],
        authorization_encryption_alg_values_supported: ["ECDH-ES"],
        authorization_encryption_enc_values_supported: ["A128GCM", "A256GCM"],
      },
    },
  });
  await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: payload,
    authorizationResponsePayload: made.authorizationResponsePayload,
    jarm: made.jarm,
  });
  said = {
    answer: { fetched, sent, version: resolved.version, client: resolved.client.prefix, nonce: payload.nonce },
  };
} catch (error) {
  said = { refused: String(error.message ?? error).slice(0, 500) };
}
process.stdout.write(JSON.stringify(said));
