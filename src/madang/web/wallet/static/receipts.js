// Keeps the receipt of a payment in this browser, and checks receipts here: no server is asked whether they hold.
import { checkReceipt, holds } from "../site/proof.js";
import { get, put } from "../site/store.js";

const TRIES = 8;

/** The receipt's bytes, from this browser, else from the server, which has it a moment after the payment. */
export async function receiptOf(id) {
  const kept = await get("receipts", id);
  if (kept) return kept;
  for (let go = 0; go < TRIES; go += 1) {
    if (go) await new Promise((resolve) => setTimeout(resolve, 150 * 2 ** go));
    try {
      const answer = await fetch(`/transactions/${id}/receipt`);
      if (answer.ok) return { id, bytes: new Uint8Array(await answer.arrayBuffer()) };
    } catch {
      // Off line: the next try, or the next visit of this page, finds it.
    }
  }
  return null;
}

/** Whether a receipt holds against the log's key that was kept with it, and is of this transaction. */
export async function check(receipt) {
  try {
    const found = await checkReceipt(receipt.bytes, receipt.key);
    return holds(found) && found.id === receipt.id && found.outcome === "accepted";
  } catch {
    return false;
  }
}

async function setUp(box) {
  const said = box.querySelector(".said"), button = box.querySelector(".check");
  const say = (name) => said.replaceChildren(box.querySelector(`template.${name}`).content.cloneNode(true));
  const { id, number, shop, key, parties } = box.dataset;
  const found = await receiptOf(id);
  if (!found) return say("not-kept");
  const receipt = {
    key, ...found, number, shop, parties: parties.split(" "), area: "wallet",
    amount: Number(box.dataset.amount), at: Number(box.dataset.at),
  };
  await put("receipts", receipt);
  say("kept");
  button.hidden = false;
  button.addEventListener("click", async () => {
    say("checking");
    say(await check(receipt) ? "holds" : "fails");
  });
}

const box = document.querySelector("section.receipt");
if (box) setUp(box);
