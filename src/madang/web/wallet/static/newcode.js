// Makes a one-time code for the form that asks for it. The code stays in this tab; only its digest goes out.
import { bytes, sha256 } from "../site/encoding.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", LENGTH = 26;
const form = document.getElementById("new-code");

async function prepare() {
  const code = Array.from(crypto.getRandomValues(new Uint8Array(LENGTH)), (one) => LETTERS[one & 31]).join("");
  const digest = Array.from(await sha256(bytes(code)), (one) => one.toString(16).padStart(2, "0")).join("");
  sessionStorage.setItem(`code:${digest}`, code);
  form.elements.digest.value = digest;
  if (form.dataset.wanted) setTimeout(() => form.requestSubmit());
}

if (form) {
  prepare();
  form.addEventListener("submit", (event) => {
    if (form.elements.digest.value) return;
    event.preventDefault();
    form.dataset.wanted = "yes";
  });
  // Whoever comes back to this page by the browser's own button makes another code.
  addEventListener("pageshow", (event) => { if (event.persisted) prepare(); });
}
