// Draws the QR codes of a page: each element with `data-code` gets its text as a picture.
import { drawCode } from "./qr.js";

for (const one of document.querySelectorAll("[data-code]")) one.replaceChildren(drawCode(one.dataset.code, one.dataset.label));
