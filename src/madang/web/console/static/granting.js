// Signs the parts of a file of grants, one after the other. A browser key signs them all after one tap; a passkey is
// asked for each part. Each part is fetched as a draft without the rows that the ledger holds, so going on is safe.
import { envelope, keysOf, signing } from "../site/keys.js";
import { deliver, why } from "../site/ledger.js";

const box = document.getElementById("granting");
const { base, area, signer } = box.dataset;
const button = box.querySelector("button.all"), outcome = box.querySelector(".outcome");
const bar = box.querySelector("progress"), count = box.querySelector(".count");
const rows = [...box.querySelectorAll("tr[data-part]")];
const FRESH = 300_000;
const drafts = new Map();

async function draft(part) {
  const kept = drafts.get(part);
  if (kept && Date.now() - kept.at < FRESH) return kept.made;
  const made = await (await fetch(`${base}/parts/${part}`, { headers: { accept: "application/json" } })).json();
  drafts.set(part, { made, at: Date.now() });
  return made;
}

const exactly = (made) => made.payload ? JSON.stringify(JSON.parse(made.payload), null, 2) : "";
const keyOf = async (party) => signing(await keysOf(area)).find((one) => one.party === party);
const say = (name) => outcome.replaceChildren(box.querySelector(`template.${name}`).content.cloneNode(true));

function finish(row) {
  bar.value += Number(row.dataset.left);
  row.dataset.left = "0";
  row.querySelector(".done").hidden = false;
  row.querySelector(".open").hidden = true;
  const text = box.querySelector("template.counting").content.textContent;
  count.textContent = text.replace("DONE", bar.value.toLocaleString("en")).replace("ALL", bar.max.toLocaleString("en"));
}

/** Sign and send one part; whether to go on with the next. */
async function grant(row) {
  const made = await draft(row.dataset.part);
  if (made.rows) {
    const key = await keyOf(made.signer);
    if (!key) return say("no-key"), false;
    const result = await deliver(made.id, await envelope(made.payload, [key]));
    if (!result) return say("lost"), false;
    drafts.delete(row.dataset.part);
    if (result.outcome !== "accepted") {
      outcome.innerHTML = await why(result, made.payload);
      return false;
    }
  }
  finish(row);
  return true;
}

async function grantAll(once) {
  outcome.replaceChildren();
  button.disabled = true;
  try {
    for (const row of rows.filter((one) => one.dataset.left !== "0")) {
      if (!await grant(row) || once) break;
    }
    if (rows.every((one) => one.dataset.left === "0")) {
      say("complete");
      button.hidden = true;
    }
  } catch (error) {
    if (!["NotAllowedError", "AbortError"].includes(error.name)) throw error;
    say("not-given");
  } finally {
    button.disabled = false;
  }
}

const isPasskey = (await keyOf(signer))?.sort === "passkey";
if (button) {
  box.querySelector(isPasskey ? ".for-passkey" : ".for-key").hidden = false;
  button.addEventListener("click", () => grantAll(isPasskey));
}
for (const one of box.querySelectorAll("details.exact")) {
  one.addEventListener("toggle", async () => {
    if (one.open) one.querySelector("pre").textContent = exactly(await draft(one.closest("tr").dataset.part));
  });
}
