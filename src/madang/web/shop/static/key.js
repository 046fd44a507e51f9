// Makes this device's key, and shows it: to whoever registers the merchant, or to the merchant that adds this till.
import { keysOf, makeKey } from "../site/keys.js";

const box = document.getElementById("key");

async function show() {
  const keys = await keysOf("shop");
  box.querySelector(".make").hidden = keys.length > 0;
  box.querySelector(".made").hidden = !keys.length;
  if (!keys.length) return;
  const newest = keys.at(-1).publicKey;
  box.querySelector("pre").textContent = newest;
  const picture = box.querySelector("img");
  const answer = await fetch(`/shop/key/picture?point=${newest}`);
  if (answer.ok) {
    picture.src = await answer.text();
    picture.hidden = false;
  }
}

box.querySelector("button").addEventListener("click", async () => {
  await makeKey("shop");
  await show();
});
await show();
