// How a credential stands: its own time, and its issuer's status list (Token Status List, draft-ietf-oauth-status-list).
// The whole list is fetched, so that nobody learns which place in it was looked at; browsers keep it as long as it says.
import * as jose from "./jose.js";
import { follow } from "./x509.js";
import { Refusal } from "./refusal.js";

const MOST_PACKED = 16 * 1024 * 1024;
const STANDINGS = ["valid", "revoked", "suspended"];

/** `valid`, `expired`, `revoked`, `suspended`, or `unknown` where the list can't be got or believed. */
export async function standingOf(credential, trust) {
  const now = trust.now();
  if (now >= credential.until) return "expired";
  const places = credential.copies.map((one) => one.status).filter(Boolean);
  if (!places.length) return "valid";
  try {
    const lists = new Map();
    for (const uri of new Set(places.map((one) => one.uri))) lists.set(uri, await readList(uri, credential, trust));
    const found = places.map(({ uri, index }) => STANDINGS[statusAt(lists.get(uri), index)] ?? "revoked");
    return found.find((one) => one !== "valid") ?? "valid";
  } catch {
    return "unknown";
  }
}

async function readList(uri, credential, trust) {
  const answer = await fetch(uri, { credentials: "omit", referrerPolicy: "no-referrer", headers: { accept: "application/statuslist+jwt" } });
  if (!answer.ok) throw new Refusal("status.unavailable");
  const jws = jose.readJws(await answer.text(), "statuslist+jwt", "status.form", 2 * 1024 * 1024);
  const { key, anchor } = await follow(jose.chainOf(jws.header, "status.form"), trust.roots, "credential");
  await jose.checkJws(jws, key, "status.signature");
  const { sub, iat, exp, status_list: list } = jws.payload, now = trust.now();
  if (trust.issuerOf(anchor, credential.type, iat) !== credential.party || sub !== uri) throw new Refusal("status.form");
  if (iat > now + 60 || (exp ?? iat + 86_400) <= now || ![1, 2, 4, 8].includes(list?.bits)) throw new Refusal("status.form");
  return { bits: list.bits, packed: await inflate(jose.plain(list.lst, "status.form")) };
}

async function inflate(data) {
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const parts = [];
  for (let size = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return jose.join(...parts);
    size += value.length;
    if (size > MOST_PACKED) throw new Refusal("status.form");
    parts.push(value);
  }
}

/** The status in a place of a list: its lowest bits first (section 4.1). */
export function statusAt({ bits, packed }, index) {
  const place = Math.floor((index * bits) / 8);
  if (place >= packed.length) throw new Refusal("status.form");
  return (packed[place] >> ((index * bits) % 8)) & ((1 << bits) - 1);
}
