// Makes this device's key, and shows what a bank, a desk or another device of the person needs to register it.
import { keysOf, makeKey } from "../site/keys.js";
import { drawCode } from "./qr.js";

const box = document.getElementById("key");

async function show() {
  const keys = await keysOf("wallet");
  const text = keys.map((one) => one.publicKey).join(" ");
  box.querySelector(".make").hidden = keys.length > 0;
  box.querySelector(".made").hidden = !keys.length;
  if (!keys.length) return;
  box.querySelector(".picture").replaceChildren(drawCode(text, box.dataset.label));
  box.querySelector("pre").textContent = text;
  box.querySelector(".mark").replaceChildren(...keys.flatMap((one, at) => [
    ...(at ? [document.createElement("br")] : []), `${one.kid.slice(0, 4)} ${one.kid.slice(4, 8)}`,
  ]));
}

async function make() {
  await makeKey("wallet");
  // Browsers clear what is seldom used, keys too; this asks them not to.
  await navigator.storage?.persist?.();
  await show();
}

box.querySelector(".make button").addEventListener("click", make);
box.querySelector(".another").addEventListener("click", make);
await show();
