// @openid4vc/openid4vci as a wallet against a served issuer. Metadata names https; what the wallet fetches is sent to the
// server on this machine, as a proxy in front of it would. A person in a browser is played by the test: `codes` maps
// nothing, the script asks for the redirect by printing it is not possible, so one run ends at the browser and the next
// begins with the code.
import { readFileSync } from "node:fs";
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, verify, X509Certificate } from "node:crypto";
import { Openid4vciClient, Openid4vciWalletProvider } from "@openid4vc/openid4vci";
import { clientAuthenticationAnonymous, clientAuthenticationClientAttestationJwt, clientAuthenticationNone } from "@openid4vc/oauth2";

const asked = JSON.parse(readFileSync(0, "utf8"));
const b64 = (data) => Buffer.from(data).toString("base64url");
const ieee = (key) => ({ key, dsaEncoding: "ieee-p1363" });
const keys = new Map();
const keep = (jwk) => { keys.set(`${jwk.x}.${jwk.y}`, jwk); const { d, ...open } = jwk; return open; };
const fresh = () => keep(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }));

async function rewritten(url, options) {
  const target = new URL(String(url));
  if (target.origin !== asked.origin) throw new Error(`the wallet was sent to ${target.origin}`);
  return fetch(asked.server + target.pathname + target.search, { ...options, redirect: "manual" });
}

async function signJwt(signer, { header, payload }) {
  const jwk = signer.method === "x5c" ? asked.provider_key : keys.get(`${signer.publicJwk.x}.${signer.publicJwk.y}`);
  const text = `${b64(JSON.stringify(header))}.${b64(JSON.stringify(payload))}`;
  const { d, ...open } = jwk;
  const made = sign("sha256", Buffer.from(text), ieee(createPrivateKey({ key: jwk, format: "jwk" })));
  return { jwt: `${text}.${made.toString("base64url")}`, signerJwk: open };
}

async function verifyJwt(signer, { compact }) {
  const key = signer.method === "x5c"
    ? new X509Certificate(Buffer.from(signer.x5c[0], "base64")).publicKey
    : createPublicKey({ key: signer.publicJwk, format: "jwk" });
  const [header, payload, signature] = compact.split(".");
  const verified = verify("sha256", Buffer.from(`${header}.${payload}`), ieee(key), Buffer.from(signature, "base64url"));
  return verified ? { verified, signerJwk: key.export({ format: "jwk" }) } : { verified };
}

const callbacks = {
  fetch: rewritten,
  hash: (data, algorithm) => createHash(algorithm.replace("-", "")).update(data).digest(),
  generateRandom: (count) => randomBytes(count),
  signJwt,
  verifyJwt,
  getX509CertificateMetadata: () => ({ sanDnsNames: [], sanUriNames: [] }),
  encryptJwe: () => { throw new Error("this wallet encrypts nothing"); },
  decryptJwe: () => { throw new Error("this wallet decrypts nothing"); },
};
const provider = new Openid4vciWalletProvider({ callbacks });
const signedByProvider = { method: "x5c", alg: "ES256", x5c: [asked.provider] };
const soon = () => new Date(Date.now() + 3600_000);

// A wallet of one run: its keys are handed on to the next run as `instance` and `dpop_key`.
const instance = asked.instance ? keep(asked.instance) : fresh();
const dpopKey = asked.dpop_key ? keep(asked.dpop_key) : fresh();
const secret = (open) => keys.get(`${open.x}.${open.y}`);

async function authentication() {
  if (!asked.attested) return asked.redirect ? clientAuthenticationNone({ clientId: asked.client }) : clientAuthenticationAnonymous();
  const clientAttestationJwt = await provider.createWalletAttestationJwt({
    clientId: asked.client, issuer: "https://provider.example.kr", expiresAt: soon(), issuedAt: new Date(),
    confirmation: { jwk: instance }, signer: signedByProvider, walletName: "Judge",
  });
  return clientAuthenticationClientAttestationJwt({ clientAttestationJwt, callbacks });
}

callbacks.clientAuthentication = await authentication();
const client = new Openid4vciClient({ callbacks });
const dpop = () => ({ signer: { method: "jwk", alg: "ES256", publicJwk: dpopKey } });

async function begin() {
  const credentialOffer = await client.resolveCredentialOffer(asked.link);
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
  return { credentialOffer, issuerMetadata };
}

async function credentials(issuerMetadata, token, again) {
  const configuration = asked.configuration;
  const { c_nonce } = await client.requestNonce({ issuerMetadata });
  const held = Array.from({ length: asked.count }, fresh);
  let proofs;
  if (asked.attested) {
    const keyAttestationJwt = await provider.createKeyAttestationJwt({
      attestedKeys: held, expiresAt: soon(), issuedAt: new Date(), keyStorage: ["iso_18045_high"], nonce: c_nonce,
      use: asked.proof === "attestation" ? "proof_type.attestation" : "proof_type.jwt", signer: signedByProvider,
    });
    proofs = asked.proof === "attestation" ? { attestation: [keyAttestationJwt] } : { jwt: [
      (await client.createCredentialRequestJwtProof({
        issuerMetadata, credentialConfigurationId: configuration, nonce: c_nonce, keyAttestationJwt, clientId: asked.client,
        signer: { method: "jwk", alg: "ES256", publicJwk: held[0] },
      })).jwt,
    ] };
  } else {
    proofs = { jwt: await Promise.all(held.map(async (one) => (await client.createCredentialRequestJwtProof({
      issuerMetadata, credentialConfigurationId: configuration, nonce: c_nonce,
      signer: { method: "jwk", alg: "ES256", publicJwk: one },
    })).jwt)) };
  }
  const answered = await client.retrieveCredentials({
    issuerMetadata, accessToken: token.accessTokenResponse.access_token, credentialConfigurationId: configuration, proofs,
    dpop: { ...dpop(), nonce: token.dpop?.nonce },
  });
  const { credentials: got, notification_id } = answered.credentialResponse;
  await client.sendNotification({
    issuerMetadata, notification: { notificationId: notification_id, event: "credential_accepted" },
    accessToken: token.accessTokenResponse.access_token, dpop: { ...dpop(), nonce: answered.dpop?.nonce },
  });
  return { credentials: got.map((one) => one.credential), keys: held, token_type: token.accessTokenResponse.token_type };
}

const does = {
  // From an officer's offer to credentials.
  collect: async () => {
    const { credentialOffer, issuerMetadata } = await begin();
    const token = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({
      credentialOffer, issuerMetadata, txCode: asked.spoken, dpop: dpop(),
    });
    return { version: issuerMetadata.originalDraftVersion, ...(await credentials(issuerMetadata, token)) };
  },
  // Up to the browser: what it is to open, and what the next run needs.
  authorize: async () => {
    const { credentialOffer, issuerMetadata } = await begin();
    const started = await client.initiateAuthorization({
      credentialOffer, issuerMetadata, clientId: asked.client, redirectUri: asked.redirect, scope: asked.configuration,
      dpop: dpop(), additionalRequestPayload: { state: "s1" },
    });
    return {
      open: started.authorizationRequestUrl, flow: started.authorizationFlow, verifier: started.pkce.codeVerifier,
      instance: secret(instance), dpop_key: secret(dpopKey),
    };
  },
  // From where the browser was sent back to, to credentials.
  redeem: async () => {
    const { credentialOffer, issuerMetadata } = await begin();
    const answer = client.parseAndVerifyAuthorizationResponseRedirectUrl({
      url: asked.back, authorizationServerMetadata: issuerMetadata.authorizationServers[0],
    });
    if (!answer.code) throw new Error(`no code: ${answer.error}`);
    const token = await client.retrieveAuthorizationCodeAccessTokenFromOffer({
      credentialOffer, issuerMetadata, authorizationCode: answer.code, pkceCodeVerifier: asked.verifier,
      redirectUri: asked.redirect, dpop: dpop(),
    });
    return { scope: token.accessTokenResponse.scope, ...(await credentials(issuerMetadata, token)) };
  },
};

let said;
try {
  said = { answer: await does[asked.do]() };
} catch (error) {
  const why = error.errorResponse?.error ?? error.response?.credentialErrorResponseResult?.data?.error;
  said = { refused: why ?? `${error.message ?? error}` };
}
process.stdout.write(JSON.stringify(said));
