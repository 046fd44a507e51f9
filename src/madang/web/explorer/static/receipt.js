// The page on which a receipt is checked: the file is read and judged here, and goes nowhere.
import { moment } from "../site/formats.js";
import { MOST_BYTES, ProofError, checkReceipt, holds } from "../site/proof.js";

const form = document.getElementById("receipt"), verdict = document.getElementById("verdict");
const words = document.getElementById("words").content;
const field = (name) => document.getElementById(name);
const KEY_CODES = "log.key.";
let chosen = null;

async function judge() {
  if (!chosen) return;
  const witnesses = field("witness-keys").value.split("\n").map((one) => one.trim()).filter(Boolean);
  const threshold = Number(field("threshold").value);
  if (!Number.isInteger(threshold) || threshold < 0 || threshold > witnesses.length) return verdict.replaceChildren(outcome("threshold"));
  try {
    // A file that is longer than any receipt need not be read to its end.
    const data = new Uint8Array(await chosen.slice(0, MOST_BYTES + 1).arrayBuffer());
    const found = await checkReceipt(data, field("log-key").value, { witnesses, threshold });
    verdict.replaceChildren(outcome(holds(found) ? found.outcome : "broken"), ...details(found));
  } catch (error) {
    // A file that was changed, or taken away, after it was chosen can't be read any more.
    if (error.name === "NotReadableError" || error.name === "NotFoundError") return verdict.replaceChildren(outcome("none"));
    if (!(error instanceof ProofError)) throw error;
    const sort = error.code.startsWith(KEY_CODES) ? "key" : error.code === "browser.ed25519" ? "unable" : "none";
    verdict.replaceChildren(outcome(sort), code(error.code));
  }
}

const outcome = (name) => words.querySelector(`[data-outcome=${name}]`).cloneNode(true);
const say = (kind, name) => words.querySelector(`[data-${kind}=${name}]`).textContent;

function code(text) {
  const shown = document.createElement("p");
  shown.className = "muted";
  shown.textContent = text;
  return shown;
}

function details(found) {
  const checks = rows(found.checks.map((one) => {
    const nobody = one.name === "witnesses" && one.holds && !found.cosigners.length;
    const mark = nobody ? say("check", "nobody") : one.holds ? `✓ ${say("check", "right")}` : `✗ ${say("check", "wrong")} (${one.code})`;
    return [say("check", one.name), mark];
  }));
  const shown = [words.querySelector("h2").cloneNode(true), checks];
  if (!holds(found)) return shown; // what a false receipt says of itself is nobody's word
  const place = ["id", "height", "index", "position", "size", "origin"].filter((name) => found[name] !== null);
  const facts = place.map((name) => [say("fact", name), String(found[name])]);
  if (found.cosigners.length) facts.push([say("fact", "cosigners"), found.cosigners.map((one) => one.name).join(", ")]);
  if (found.time) facts.push([say("fact", "time"), moment(found.time)]);
  return [...shown, rows(facts)];
}

function rows(pairs) {
  const list = document.createElement("dl");
  list.className = "facts";
  for (const [name, value] of pairs) {
    const row = list.appendChild(document.createElement("div"));
    row.appendChild(document.createElement("dt")).textContent = name;
    row.appendChild(document.createElement("dd")).textContent = value;
  }
  return list;
}

function choose(file) {
  chosen = file ?? chosen;
  field("file-name").textContent = chosen?.name ?? "";
  judge();
}
form.addEventListener("submit", (event) => { event.preventDefault(); judge(); });
form.addEventListener("change", (event) => { event.target.id === "file" ? choose(event.target.files[0]) : judge(); });
form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
form.addEventListener("dragleave", () => form.classList.remove("over"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  form.classList.remove("over");
  choose(event.dataTransfer.files[0]);
});
