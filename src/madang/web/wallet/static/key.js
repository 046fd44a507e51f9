// Makes this device's key, and shows what a bank or desk needs to register it.
import { keysOf, makeKey } from "../site/keys.js";

const box = document.getElementById("key");

function show(keys) {
  box.querySelector(".make").hidden = keys.length > 0;
  box.querySelector(".made").hidden = !keys.length;
  box.querySelector("pre").textContent = keys.map((one) => one.publicKey).join("\n");
}

box.querySelector("button").addEventListener("click", async () => {
  await makeKey("wallet");
  show(await keysOf("wallet"));
});
show(await keysOf("wallet"));
