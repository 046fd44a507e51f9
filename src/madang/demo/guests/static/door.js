// Puts somebody's key into this browser in place of the one before, and opens their pages.
import { forgetKey, importKey, keysOf } from "../site/keys.js";

for (const button of document.querySelectorAll("button.guest")) {
  button.addEventListener("click", async () => {
    const { area, party, jwk } = button.dataset;
    for (const key of await keysOf(area)) await forgetKey(key.kid);
    await importKey(area, JSON.parse(jwk), party);
    // The session of whoever was here before ends with its key.
    await fetch(`/${area}/sign-out`, { method: "POST", redirect: "manual" });
    // The explorer's first page is for anyone: who signs in there wants to see their entries.
    location.assign(area === "explorer" ? "/explorer/entries" : `/${area}`);
  });
}
