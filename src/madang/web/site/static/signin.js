// Signs in with every key that this browser has for the area, and of passkeys with the one that its holder uses: officers
// who share a computer have one each. Passkeys need a tap, other keys sign by themselves, until somebody signs out; at the
// desk and the console they don't sign at all.
import { byOneOf, envelope, keysOf, signing } from "./keys.js";
import { cameBack, hasLeft } from "./leaving.js";
import { put } from "./store.js";

const box = document.getElementById("sign-in");
const area = box.dataset.area;
const show = (name) => {
  for (const one of box.children) one.hidden = !one.classList.contains(name);
};

/** What the server knows of a key that was stopped: it tells whoever has just signed with it. */
function tell(stopped) {
  for (const one of box.querySelectorAll("[data-sort]")) one.hidden = one.dataset.sort !== stopped.sort;
  for (const one of box.querySelectorAll("[data-fact]")) {
    one.querySelector("dd").textContent = stopped[one.dataset.fact];
    one.hidden = !stopped[one.dataset.fact];
  }
}

async function signIn(keys) {
  show("looking");
  try {
    const asked = await (await fetch(`/${area}/challenge`)).json();
    const read = JSON.stringify({ chain: asked.chain, method: "GET", path: asked.path, not_after: asked.now + 100 });
    const passkeys = keys.filter((one) => one.sort === "passkey"), others = keys.filter((one) => one.sort === "jws");
    const signed = passkeys.length ? [await byOneOf(read, passkeys)] : [];
    for (const key of others) signed.push(await envelope(read, [key]));
    const answer = await fetch(`/${area}/sign-in`, {
      method: "POST", body: JSON.stringify({ challenge: asked.challenge, signed }), headers: { "content-type": "application/json" },
    });
    if (answer.ok) {
      const { parties } = await answer.json();
      for (const key of keys) {
        if (parties[key.kid] && parties[key.kid] !== key.party) await put("keys", { ...key, party: parties[key.kid] });
      }
      cameBack(area);
      return location.reload();
    }
    const refused = await answer.json();
    if (refused.code === "sign_in.suspended") tell(refused);
    show({ "sign_in.nobody": "unknown-key", "sign_in.passkey": "plain-key", "sign_in.suspended": "stopped-key" }[refused.code] ?? "failed");
  } catch {
    show("failed");
  }
}

const here = await keysOf(area), keys = signing(here);
if (!keys.length) show(here.length ? "plain-key" : "without-key");
else if (keys.every((one) => one.sort === "jws") && !hasLeft(area)) await signIn(keys);
else show("with-key");
box.querySelector(".with-key button").addEventListener("click", () => signIn(keys));
box.querySelector(".failed button").addEventListener("click", () => signIn(keys));
