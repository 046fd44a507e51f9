// The keypad, and the latest payments as they come in.
import { amountOf, announce, follow } from "./follow.js";

const field = document.getElementById("amount"), keypad = document.querySelector(".keypad");
const MOST_DIGITS = 10, SHOWN = 5;

const digits = () => field.value.replace(/\D/g, "").replace(/^0+/, "");
const write = (text) => { field.value = text ? BigInt(text).toLocaleString("en-US") : ""; };

keypad.hidden = false;
field.inputMode = "none";
keypad.addEventListener("click", (event) => {
  const key = event.target.dataset?.key;
  if (!key) return;
  const next = key === "back" ? digits().slice(0, -1) : (digits() + key).replace(/^0+/, "");
  if (next.length <= MOST_DIGITS) write(next);
});
// What is typed is grouped; what is no amount stays as it is, for the page to say so.
field.addEventListener("input", () => { if (/^[\d,]+$/.test(field.value) && digits()) write(digits()); });
if (matchMedia("(min-width: 768px)").matches) field.focus();

const list = document.getElementById("latest"), row = document.getElementById("latest-row");
follow((one) => {
  const made = row.content.cloneNode(true);
  made.querySelector(".digits").textContent = one.number;
  made.querySelector(".paid-amount").textContent = amountOf(one.amount);
  const time = document.createElement("time");
  time.dateTime = new Date(one.at * 1000).toISOString();
  time.textContent = new Date(one.at * 1000).toLocaleTimeString("ko-KR", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Seoul" });
  made.querySelector(".when").append(time);
  list.prepend(made);
  while (list.children.length > SHOWN) list.lastElementChild.remove();
  document.getElementById("latest-empty").hidden = true;
  announce(one);
});
