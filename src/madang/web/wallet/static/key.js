// Makes this device's key, and shows what a bank, a desk or another device of the person needs to register it.
import { keysOf, makeKey } from "../site/keys.js";
import { drawCode } from "./qr.js";

const box = document.getElementById("key");

const inLines = (texts) => texts.flatMap((one, at) => [...(at ? [document.createElement("br")] : []), one]);

async function show() {
  const keys = await keysOf("wallet");
  const text = keys.map((one) => one.publicKey).join(" ");
  box.querySelector(".make").hidden = keys.length > 0;
  box.querySelector(".made").hidden = !keys.length;
  if (!keys.length) return;
  box.querySelector(".picture").replaceChildren(drawCode(text, box.dataset.label));
  box.querySelector("pre").textContent = text;
  const inFours = (name) => `${name.slice(0, 4)} ${name.slice(4, 8)}`;
  box.querySelector(".mark").replaceChildren(...inLines(keys.map((one) => inFours(one.kid))));
  const numbers = [...new Set(keys.map((one) => one.party))];
  box.querySelector(".slip .letters").replaceChildren(...inLines(numbers.map(inFours)));
  box.querySelector(".slip code").replaceChildren(...inLines(numbers));
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
