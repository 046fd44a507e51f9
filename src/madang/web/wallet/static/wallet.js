// What every page of the wallet does: a key that was enrolled elsewhere learns whose it is, the service worker is
// there, and the page for when there is no connection is as new as the last visit of the first page or of a payment.
import { all, put } from "../site/store.js";

const KEPT = "madang-wallet-kept";
const session = document.getElementById("session-keys");

if (session) {
  for (const [party, kid] of Object.entries(JSON.parse(session.textContent))) {
    const key = (await all("keys")).find((one) => one.kid === kid && one.area === "wallet");
    if (key && key.party !== party) await put("keys", { ...key, party });
  }
}

// The worker does so too, where it is at work on this page.
document.querySelector("form.leave")?.addEventListener("submit", () => globalThis.caches?.delete(KEPT));

if ("serviceWorker" in navigator) {
  await navigator.serviceWorker.register("/wallet/sw.js", { scope: "/wallet" });
  if (session && /^\/wallet(\/payments\/.*)?$/.test(location.pathname)) await keep();
}

async function keep() {
  try {
    const answer = await fetch("/wallet/kept", { headers: { accept: "text/html" } });
    if (answer.ok) await (await caches.open(KEPT)).put("/wallet/kept", answer);
    else if (answer.status === 401) await caches.delete(KEPT);
  } catch {
    // Off line: what was kept stays.
  }
}
