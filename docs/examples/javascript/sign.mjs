// Signs a Madang transaction with the `jose` library.
//
//     npm ci
//     node sign.mjs CHAIN KEY.json [KEY.json ...] < acts.json > transaction
//
// KEY.json is a private P-256 key as a JWK. Post the result to /transactions: as application/jose if one key signed,
// as application/jose+json if several did.

import { readFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { pathToFileURL } from "node:url";
import { CompactSign, GeneralSign, calculateJwkThumbprint, importJWK } from "jose";

export function makePayload(chain, acts, notAfter = Math.floor(Date.now() / 1000) + 300) {
  const id = randomBytes(16).toString("hex");
  return new TextEncoder().encode(JSON.stringify({ chain, id, not_after: notAfter, acts }));
}

export async function sign(payload, jwks) {
  const signers = await Promise.all(
    jwks.map(async (jwk) => ({
      key: await importJWK(jwk, "ES256"),
      header: { alg: "ES256", kid: await calculateJwkThumbprint(jwk) },
    })),
  );
  if (signers.length === 1) {
    return new CompactSign(payload).setProtectedHeader(signers[0].header).sign(signers[0].key);
  }
  const envelope = new GeneralSign(payload);
  for (const { key, header } of signers) envelope.addSignature(key).setProtectedHeader(header);
  return JSON.stringify(await envelope.sign());
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [chain, ...files] = process.argv.slice(2);
  const keys = files.map((name) => JSON.parse(readFileSync(name, "utf8")));
  process.stdout.write(await sign(makePayload(chain, JSON.parse(readFileSync(0, "utf8"))), keys));
}
