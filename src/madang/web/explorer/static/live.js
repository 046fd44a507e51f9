// Checks each checkpoint that the page shows with the log's key, in this browser, and against what it saw before: the
// same log never gets smaller, and never has two roots at one size.
import { openCheckpoint, readKey, readNote, hex } from "../site/note.js";
import { bytes } from "../site/encoding.js";

const box = document.getElementById("now"), verdict = document.getElementById("verdict");
const text = box.dataset.logKey, name = `madang-seen ${text}`;
let said = "";

function say(word) {
  if (word === said) return;
  said = word;
  verdict.querySelector(".waiting")?.remove();
  verdict.querySelector(".notice")?.remove();
  verdict.append(verdict.querySelector(`template.${word}`).content.cloneNode(true));
}

async function look() {
  const note = document.getElementById("checkpoint")?.textContent;
  if (!note) return;
  try {
    const { size, root } = await openCheckpoint(readNote(bytes(note)), await readKey(text));
    const seen = JSON.parse(localStorage.getItem(name) ?? "null");
    if (seen && (size < seen.size || size === seen.size && hex(root) !== seen.root)) return say("other");
    localStorage.setItem(name, JSON.stringify({ size, root: hex(root) }));
    say("right");
  } catch (error) {
    if (!error.code) throw error;
    say(error.code === "browser.ed25519" ? "unable" : "wrong");
  }
}

const offLine = (is) => { document.getElementById("off-line").hidden = !is; };
document.body.addEventListener("htmx:afterSwap", () => { offLine(false); look(); });
document.body.addEventListener("htmx:sendError", () => offLine(true));
document.body.addEventListener("htmx:responseError", () => offLine(true));
look();
