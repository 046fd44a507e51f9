// What the provider of this wallet vouches for, for issuers that want that (attestation-based client authentication, draft
// 07; OpenID4VCI 1.0, appendices D and E). A fresh instance key for each conversation: issuers can't compare wallets.
import { base64url } from "../../site/encoding.js";
import * as jose from "./jose.js";
import { Refusal } from "./refusal.js";

const here = "/wallet/credentials/attested";

/** Whether an issuer gives these only to wallets that somebody vouches for, or takes no others at all. */
export function wantsAttestation(issuer, wanted) {
  const methods = issuer.authorization.token_endpoint_auth_methods_supported ?? [];
  return wanted.some((one) => one.storage) || (methods.includes("attest_jwt_client_auth") && !methods.includes("none"));
}

/** Throws where nobody vouches for this wallet, or its keys are not kept as well as one of these wants. */
export function checkAttestable(trust, wanted) {
  if (!trust.provider) throw new Refusal("wallet.unattested");
  if (wanted.some((one) => one.storage?.length && !one.storage.includes(trust.provider.storage))) throw new Refusal("wallet.no_hardware");
}

/** A wallet that is vouched for, for some minutes: `headers` of a request to an authorization server. */
export async function attestedWallet(trust) {
  const { key, jwk } = await jose.newKey();
  const attestation = await ask("wallet", { key: jwk });
  const client = trust.provider.client;
  return {
    client,
    headers: async (server) => {
      const jti = base64url(crypto.getRandomValues(new Uint8Array(16)));
      const claims = { iss: client, aud: server, jti, iat: trust.now() };
      const proof = await jose.signJws(key, "oauth-client-attestation-pop+jwt", claims);
      return { "oauth-client-attestation": attestation, "oauth-client-attestation-pop": proof };
    },
  };
}

/** An attestation of these keys (public JWKs), in answer to an issuer's nonce. */
export const attestedKeys = (keys, nonce) => ask("keys", { keys, nonce });

async function ask(what, content) {
  const options = { method: "POST", body: JSON.stringify(content), headers: { accept: "application/json", "content-type": "application/json" } };
  const answer = await fetch(`${here}/${what}`, { ...options, cache: "no-store" }).catch(() => null);
  if (!answer) throw new Refusal("wallet.offline");
  if (answer.status === 401) throw new Refusal("wallet.sign_in");
  if (!answer.ok) throw new Refusal("wallet.unattested");
  return (await answer.json()).attestation;
}
