// The wallet's service worker. RELEASE and FILES are put in front of it by `madang.web.wallet.offline`.
// Pages come from the network, always; only where that fails there is the page that was kept, or one that says so.
const STATIC = `madang-wallet-static-${RELEASE}`, KEPT = "madang-wallet-kept";
// Pages that say nothing of anybody: credentials lie in the browser, and so are there without a connection.
const OWN = ["/wallet/credentials", "/wallet/credentials/card", "/wallet/credentials/shown"], KNOWN = "/wallet/credentials/known";
const plain = (path) => new Request(path, { credentials: "omit", headers: { accept: "text/html" } });

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(STATIC).then((cache) => cache.addAll([...FILES, "/wallet/offline", ...OWN.map(plain), plain(KNOWN)])));
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("madang-wallet-static-") && name !== STATIC) await caches.delete(name);
    }
    await clients.claim();
  })());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method === "POST" && pathname === "/wallet/sign-out") return event.waitUntil(caches.delete(KEPT));
  if (request.method !== "GET") return;
  if (pathname.startsWith(`/static/${RELEASE}/`)) return event.respondWith(fileOf(request));
  if (pathname === KNOWN) return event.respondWith(knownNow(request));
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => withoutConnection(pathname)));
});

async function fileOf(request) {
  const found = await caches.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(STATIC)).put(request, answer.clone());
  return answer;
}

// What the ledger says now, else what it said last, marked as such.
async function knownNow(request) {
  const cache = await caches.open(STATIC);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(KNOWN, answer.clone());
    return answer;
  } catch {
    const kept = await cache.match(KNOWN);
    return kept ? new Response(kept.body, { headers: { "content-type": "application/json", "madang-kept": "1" } }) : Response.error();
  }
}

async function withoutConnection(pathname) {
  if (OWN.includes(pathname)) return await caches.match(pathname, { ignoreVary: true }) ?? Response.error();
  const own = await caches.open(KEPT);
  return await own.match("/wallet/kept") ?? await caches.match("/wallet/offline") ?? Response.error();
}
