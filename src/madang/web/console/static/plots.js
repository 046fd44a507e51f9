// A plot as a PNG: the SVG with the colours that the page gives it, drawn on a canvas. Nothing leaves the browser.
const SCALE = 2;
const TAKEN = ["fill", "stroke", "stroke-width", "font-size", "font-family", "font-weight"];

function withColours(svg) {
  const copy = svg.cloneNode(true);
  const originals = svg.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((one, place) => {
    const shown = getComputedStyle(originals[place]);
    for (const name of TAKEN) one.setAttribute(name, shown.getPropertyValue(name));
  });
  return copy;
}

async function picture(svg) {
  const { width, height } = svg.viewBox.baseVal;
  const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(withColours(svg))], { type: "image/svg+xml" }));
  try {
    const image = new Image(width, height);
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    const context = canvas.getContext("2d");
    context.fillStyle = getComputedStyle(svg.closest(".scroll")).backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

for (const button of document.querySelectorAll("button.png")) {
  button.addEventListener("click", async () => {
    const link = document.createElement("a");
    link.download = button.dataset.file;
    link.href = URL.createObjectURL(await picture(document.getElementById(button.dataset.plot)));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
}
