// Makes this browser's passkey, shows its public key, and puts it into the form that enrols it.
import { forgetKey, keysOf, makePasskey, signing } from "../site/keys.js";

const box = document.getElementById("keys");
const list = box.querySelector("ul"), sample = box.querySelector("template");
const party = box.dataset.party || null, known = (box.dataset.known || "").split(" ");

function entry(one) {
  const made = sample.content.cloneNode(true);
  made.querySelector(".kind").textContent = box.dataset[one.sort];
  made.querySelector("pre").textContent = one.publicKey;
  made.querySelector(".useless").hidden = signing([one]).length > 0;
  made.querySelector(".forget").addEventListener("click", async () => { await forgetKey(one.kid); await show(); });
  const enrol = made.querySelector("form");
  if (enrol) {
    enrol.elements.key.value = one.publicKey;
    enrol.hidden = known.includes(one.kid) || one.party !== party || !signing([one]).length;
  }
  return made;
}

async function show() {
  const keys = await keysOf(document.body.dataset.area);
  box.querySelector(".none").hidden = keys.length > 0;
  list.replaceChildren(...keys.map(entry));
}

box.querySelector(".make-passkey").addEventListener("click", async () => {
  const failed = box.querySelector(".failed");
  failed.hidden = true;
  try {
    await makePasskey(document.body.dataset.area, box.dataset.label, party);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    failed.hidden = false;
  }
  await show();
});
await show();
