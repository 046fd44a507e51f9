// Reads a QR code with the camera into a field, and sends the field's form. Pictures stay in this browser.
import decodeQR from "../vendor/qr/decode.js";

const MOST_SIDE = 720, PACE = 120;

for (const box of document.querySelectorAll(".scanner")) setUp(box);

function setUp(box) {
  const video = box.querySelector("video"), view = box.querySelector(".view"), said = box.querySelector(".said");
  const start = box.querySelector(".start"), stop = box.querySelector(".stop");
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  let stream = null, timer = 0;

  const say = (name) => said.replaceChildren(box.querySelector(`template.${name}`).content.cloneNode(true));
  const end = () => {
    clearTimeout(timer);
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    view.hidden = stop.hidden = true;
    start.hidden = false;
    said.replaceChildren();
  };

  async function begin() {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch (error) {
      end();
      return say(["NotFoundError", "OverconstrainedError", "NotReadableError"].includes(error.name) ? "none" : "refused");
    }
    video.srcObject = stream;
    view.hidden = stop.hidden = false;
    start.hidden = true;
    say("looking");
    await video.play();
    look();
  }

  function look() {
    if (!stream) return;
    const found = read();
    if (found) {
      end();
      const field = document.getElementById(box.dataset.field);
      field.value = found;
      return field.form.requestSubmit();
    }
    timer = setTimeout(look, PACE);
  }

  function read() {
    const { videoWidth: width, videoHeight: height } = video;
    if (!width) return null;
    const shrink = Math.min(1, MOST_SIDE / Math.max(width, height));
    canvas.width = Math.round(width * shrink);
    canvas.height = Math.round(height * shrink);
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(pen.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return null; // no code in this picture
    }
  }

  // A page without TLS has no camera to ask for; then there is only typing.
  if (!navigator.mediaDevices) return;
  box.hidden = false;
  start.addEventListener("click", begin);
  stop.addEventListener("click", end);
  addEventListener("pagehide", end);
}
