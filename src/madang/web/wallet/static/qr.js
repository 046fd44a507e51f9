// Draws a QR code as SVG: sharp on any screen, dark on white in dark pages too, so that tills can read it.
import encodeQR from "../vendor/qr/index.js";

const SVG = "http://www.w3.org/2000/svg", BORDER = 4;

/** An SVG element of a text, which `label` names for those who don't see it. */
export function drawCode(text, label) {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: BORDER });
  const side = rows.length;
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  const svg = make("svg", { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" });
  svg.append(make("rect", { width: side, height: side, fill: "#fff" }), make("path", { d: path, fill: "#000" }));
  return svg;
}

function make(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
