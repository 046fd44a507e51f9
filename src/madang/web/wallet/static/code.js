// Shows a one-time code with the time that is left, and goes on to the payment once a till has used it.
// Time is counted from when the server said how much is left: the clock of this device may be wrong.
import { drawCode } from "./qr.js";

const PACE = 1000;
const box = document.getElementById("code");
const { digest, chain, programme, id } = box.dataset;
const code = sessionStorage.getItem(`code:${digest}`);
const end = performance.now() + Number(box.dataset.seconds) * 1000;
const part = (name) => box.querySelector(`.${name}`);
const show = (name) => {
  for (const one of box.children) if (one.dataset.state) one.hidden = one.dataset.state !== name;
};

function tick() {
  const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
  part("left").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  if (!left) return show("over");
  setTimeout(tick, 250);
}

async function follow() {
  try {
    const answer = await fetch(`/wallet/codes/${id}/standing`);
    const found = answer.ok ? await answer.json() : null;
    if (found?.payment) return location.replace(found.payment);
    if (found?.standing === "over") return show("over");
    if (found?.standing === "used") show("used");
  } catch {
    // Off line: the code is still good, since the till asks the ledger.
  }
  setTimeout(follow, PACE);
}

if (!code) show("gone");
else if (box.dataset.standing === "waiting") {
  part("picture").replaceChildren(drawCode(`MDPC1.${chain}.${programme}.${code}`, box.dataset.label));
  part("letters").textContent = code.match(/.{1,4}/g).join(" ");
  show("waiting");
  tick();
} else show(box.dataset.standing);
follow();
