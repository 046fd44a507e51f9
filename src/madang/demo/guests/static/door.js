// Puts somebody's key into this browser in place of the one before, and opens their pages.
import { fromBase64url } from "../site/encoding.js";
import { forgetKey, keep, keysOf } from "../site/keys.js";

/** Take a key that was made elsewhere; it can't be taken out again. */
async function take(area, jwk, party) {
  const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  return keep({ area, sort: "jws", key, party }, new Uint8Array([...fromBase64url(jwk.x), ...fromBase64url(jwk.y)]));
}

for (const button of document.querySelectorAll("button.guest")) {
  button.addEventListener("click", async () => {
    const { area, party, jwk } = button.dataset;
    for (const key of await keysOf(area)) await forgetKey(key.kid);
    await take(area, JSON.parse(jwk), party);
    // The session of whoever was here before ends with its key.
    await fetch(`/${area}/sign-out`, { method: "POST", redirect: "manual" });
    // The explorer's first page is for anyone: who signs in there wants to see their entries.
    location.assign(area === "explorer" ? "/explorer/entries" : `/${area}`);
  });
}
