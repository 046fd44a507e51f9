// A token of an offer: what makes it, what is sent to have it signed blindly, and what a claim holds (RFC 9474).
import { base64url, bytes, fromBase64url } from "../../site/encoding.js";
import { blind, finalize, prepare } from "../blind.js";
import { Refusal } from "./refusal.js";

const PREFIX = 32;

// A fresh token for a party; the blinded part goes to the authority, the rest stays here.
export async function newToken(offer, holder) {
  const prepared = prepare(bytes(`madang.eligibility/1 ${offer.programme} ${offer.offer} ${holder}`));
  const { message, inverse } = await blind(fromBase64url(offer.key), prepared);
  return { prepared, blinded: message, inverse };
}

export const begin = (offer) => ask(`${offer.address}/begin`, { programme: offer.programme, offer: offer.offer });

// Have it signed; gives the signature, once it holds with the key that everybody reads on the ledger.
export async function signed(kept) {
  const { offer, handle, secret, code, token } = kept;
  const content = { programme: offer.programme, offer: offer.offer, handle, secret, response_code: code, blinded: base64url(token.blinded) };
  const { signature } = await ask(`${offer.address}/sign`, content);
  return finalize(fromBase64url(offer.key), token.prepared, fromBase64url(signature), token.inverse);
}

// What a claim says of it.
export const claimOf = ({ offer, holder, token, signature }) => ({
  programme: offer.programme, offer: offer.offer, holder, token: base64url(token.prepared.slice(0, PREFIX)), signature: base64url(signature),
});

async function ask(url, content) {
  const options = { method: "POST", body: JSON.stringify(content), headers: { "content-type": "application/json" }, credentials: "omit" };
  const answer = await fetch(url, { ...options, referrerPolicy: "no-referrer" }).catch(() => null);
  if (!answer) throw new Refusal("wallet.offline");
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(found.error ?? "presentation.refused");
  return found;
}
