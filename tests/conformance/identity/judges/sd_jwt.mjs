// @sd-jwt/sd-jwt-vc as issuer, wallet or verifier, with keys and certificates that the test gives it.
import { readFileSync } from "node:fs";
import { createPrivateKey, createPublicKey, sign, verify, X509Certificate } from "node:crypto";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { digest, generateSalt } from "@sd-jwt/crypto-nodejs";

const asked = JSON.parse(readFileSync(0, "utf8"));
const ieee = (key) => ({ key, dsaEncoding: "ieee-p1363" });
const privateKey = (jwk) => createPrivateKey({ key: jwk, format: "jwk" });
const signer = (jwk) => (data) => sign("sha256", Buffer.from(data), ieee(privateKey(jwk))).toString("base64url");
const verified = (key, data, signature) =>
  verify("sha256", Buffer.from(data), ieee(key), Buffer.from(signature, "base64url"));

const keys = () => ({
  hasher: digest,
  hashAlg: "sha-256",
  saltGenerator: generateSalt,
  signAlg: "ES256",
  kbSignAlg: "ES256",
  signer: asked.issuer_key && signer(asked.issuer_key),
  kbSigner: asked.holder_key && signer(asked.holder_key),
  verifier: (data, signature) => {
    const header = JSON.parse(Buffer.from(data.split(".")[0], "base64url"));
    const leaf = new X509Certificate(Buffer.from(header.x5c[0], "base64"));
    if (!leaf.verify(new X509Certificate(Buffer.from(asked.root, "base64")).publicKey)) return false;
    return verified(leaf.publicKey, data, signature);
  },
  kbVerifier: (data, signature, payload) =>
    verified(createPublicKey({ key: payload.cnf.jwk, format: "jwk" }), data, signature),
  // The list of these tests: nobody is revoked.
  statusListFetcher: async () => asked.status_list,
  statusValidator: async () => {},
});

const does = {
  issue: () => new SDJwtVcInstance(keys()).issue(asked.claims, asked.frame, { header: { x5c: asked.x5c } }),
  present: () =>
    new SDJwtVcInstance(keys()).present(asked.credential, asked.frame, asked.binding && { kb: { payload: asked.binding } }),
  hideable: () => new SDJwtVcInstance(keys()).presentableKeys(asked.credential),
  verify: async () => {
    const options = { keyBindingNonce: asked.nonce, currentDate: asked.now };
    const { payload, kb } = await new SDJwtVcInstance(keys()).verify(asked.presentation, options);
    return { payload, binding: kb.payload };
  },
};

let said;
try {
  said = { answer: await does[asked.do]() };
} catch (error) {
  said = { refused: String(error.message ?? error) };
}
process.stdout.write(JSON.stringify(said));
