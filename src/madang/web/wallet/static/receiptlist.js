// The receipts that this browser keeps for whoever is signed in: shown, checked and exported here; nothing is sent.
import { moment, won } from "../site/formats.js";
import { all } from "../site/store.js";
import { check } from "./receipts.js";
import { zip } from "./zip.js";

const box = document.getElementById("receipts");
const { parties } = box.dataset;
const mine = new Set(parties.split(" "));
const said = box.querySelector(".said"), list = box.querySelector("ul");
const say = (name) => said.replaceChildren(box.querySelector(`template.${name}`).content.cloneNode(true));

function save(name, data, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([data], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const nameOf = (one) => `${one.id.slice(0, 8)}.receipt`;

function row(one) {
  const made = box.querySelector("template.one").content.cloneNode(true);
  made.querySelector(".shop").textContent = one.shop;
  made.querySelector(".muted").textContent = `${moment(one.at)} · ${one.number}`;
  made.querySelector(".won").textContent = won(one.amount);
  made.querySelector(".check").addEventListener("click", async () => {
    say("checking");
    say(await check(one) ? "holds" : "fails");
    said.scrollIntoView({ block: "nearest" });
  });
  made.querySelector(".save").addEventListener("click", () => save(nameOf(one), one.bytes, "application/octet-stream"));
  return made;
}

const kept = (await all("receipts"))
  .filter((one) => one.area === "wallet" && one.parties?.some((party) => mine.has(party)))
  .sort((a, b) => b.at - a.at);
list.append(...kept.map(row));
list.hidden = !kept.length;
box.querySelector(".empty").hidden = kept.length > 0;
const button = box.querySelector(".all");
button.hidden = !kept.length;
button.addEventListener("click", () => save("receipts.zip", zip(kept.map((one) => [nameOf(one), one.bytes])), "application/zip"));
