// The code of one sale: how long it lasts, a new one when it ended, and the payment as it comes in.
import { amountOf, announce, follow } from "./follow.js";

const waiting = document.getElementById("waiting");
const paid = document.getElementById("paid");

if (waiting) {
  const place = document.getElementById("code"), renew = document.getElementById("renew");
  const failed = waiting.querySelector(".failed");
  let ticking;

  const begin = () => {
    clearInterval(ticking);
    const code = place.querySelector(".code"), shown = code.querySelector(".left");
    const ends = Date.now() + Number(code.dataset.expiresIn) * 1000;
    renew.hidden = true;
    const tick = () => {
      const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
      shown.textContent = place.dataset.left.replace("{time}", `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`);
      if (left) return;
      clearInterval(ticking);
      // What ended can't be scanned by mistake: the payer's wallet would refuse it.
      code.classList.add("over");
      code.querySelector("img").hidden = true;
      code.querySelector("details").hidden = true;
      code.querySelector(".ended").hidden = false;
      shown.hidden = true;
      renew.hidden = false;
    };
    ticking = setInterval(tick, 1000);
    tick();
  };

  renew.addEventListener("click", async () => {
    renew.disabled = true;
    failed.hidden = true;
    try {
      const answer = await fetch(renew.dataset.path, { headers: { accept: "text/html" } });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) throw new TypeError(`${answer.status}`);
      place.innerHTML = await answer.text();
      begin();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      failed.hidden = false;
    } finally {
      renew.disabled = false;
    }
  });
  begin();

  follow((one) => {
    if (one.order !== waiting.dataset.order) return;
    clearInterval(ticking);
    const heading = document.getElementById("heading");
    heading.textContent = heading.dataset.paid;
    paid.querySelector(".number").textContent = one.number;
    paid.querySelector(".amount").textContent = amountOf(one.amount);
    waiting.hidden = true;
    paid.hidden = false;
    announce(one);
    paid.focus();
  });
}
