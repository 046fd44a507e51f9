// Whom the ledger trusts, asked by the wallet itself: the server hands over all of it, whatever is looked for, and each
// signature is checked here. The same as madang.identity.trust.
import { digestOf, follow, keyFor } from "./x509.js";
import { Refusal } from "./refusal.js";

export class Trust {
  // `known` is what /wallet/credentials/known says.
  constructor(known, kept = false) {
    this.types = known.types;
    this.issuers = known.issuers;
    this.verifiers = known.verifiers;
    this.names = known.names;
    // Who vouches for this wallet: {party, client, storage}, or null.
    this.provider = known.provider;
    this.roots = known.roots.map((one) => Uint8Array.from(atob(one), (letter) => letter.charCodeAt(0)));
    // Of what the service worker kept, the time has gone by.
    this.ahead = kept ? 0 : known.now - Date.now() / 1000;
  }

  // Seconds, by the ledger's clock: that of this device may be wrong.
  now() {
    return Math.floor(Date.now() / 1000 + this.ahead);
  }

  nameOf(party, language) {
    return this.names[party]?.[language] ?? party;
  }

  // Whether a page here may ask this address for credentials: it is ours, or the ledger names its origin for an issuer. The
  // policy of the page says the same (connect-src).
  reaches(url) {
    const { origin } = new URL(url), now = this.now();
    return origin === location.origin || this.issuers.some((one) => one.origins.includes(origin) && one.since <= now && now < one.ends);
  }

  typeNamed(form, name) {
    const member = form === "mso_mdoc" ? "doctype" : "vct";
    const found = Object.entries(this.types).find(([, one]) => name && one[member] === name);
    if (!found) throw new Refusal("credential.unknown_type");
    return { id: found[0], ...found[1] };
  }

  followCredentials() {
    return (chain) => follow(chain, this.roots, "credential");
  }

  // The party that may issue a type below this root, at the time when it signed.
  issuerOf(anchor, type, at) {
    const found = this.issuers.find((one) => one.type === type && one.anchors.includes(anchor));
    if (!found || at < found.since || at >= found.ends) throw new Refusal("trust.issuer");
    return found.party;
  }

  // Who issues at all below the root of this chain, for a credential offer; nobody is believed for a type by that.
  async issuerBehind(chain) {
    const { key, anchor } = await follow(chain, this.roots, "credential");
    const found = this.issuers.find((one) => one.anchors.includes(anchor));
    if (!found) throw new Refusal("trust.issuer");
    return { key, party: found.party };
  }

  // Whose certificate signs requests, with its key and all that it may ask for now.
  async verifierOf(certificate, now) {
    const digest = await digestOf(certificate);
    const named = this.verifiers.filter((one) => one.certificates.includes(digest) && one.since <= now && now < one.until);
    if (!named.length) throw new Refusal("trust.verifier");
    return { key: await keyFor(certificate, "request", now), party: named[0].party, permissions: named };
  }
}

// Of a verifier's permissions for all these claims of a type that with the fewest; throws where it asks for more.
export function permissionFor(permissions, type, claims) {
  const forType = permissions.filter((one) => one.type === type);
  const wideEnough = forType.filter((one) => claims.every((name) => one.claims.includes(name)));
  if (!wideEnough.length) {
    const widest = forType.map((one) => one.claims).sort((a, b) => b.length - a.length)[0] ?? [];
    throw new Refusal("trust.claims", { type, claims: claims.filter((name) => !widest.includes(name)) });
  }
  return wideEnough.sort((a, b) => a.claims.length - b.claims.length)[0];
}

// What this server says of the ledger and the types, all of it.
export async function known() {
  const answer = await fetch("/wallet/credentials/known", { cache: "no-cache", credentials: "omit" }).catch(() => null);
  if (!answer?.ok) throw new Refusal("wallet.offline");
  return new Trust(await answer.json(), answer.headers.has("madang-kept"));
}
