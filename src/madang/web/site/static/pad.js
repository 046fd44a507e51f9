// A keypad on which somebody types a PIN. The digits are in this script's memory alone: the page shows dots, no field
// holds them, and they are forgotten when they are sent, when the page is left, and after a minute without a key.
const FORGET = 60_000, PATIENCE = 30_000;

for (const pad of document.querySelectorAll("form.pad")) setUp(pad);

function setUp(pad) {
  const keys = pad.querySelector(".keys"), dots = [...pad.querySelectorAll(".dots i")];
  const typed = pad.querySelector(".typed"), outcome = pad.querySelector(".outcome"), send = pad.querySelector(".send");
  const rounds = [pad.querySelector(".first"), pad.querySelector(".again")].filter(Boolean);
  let digits = "", before = "", timer = 0, busy = false;

  function show() {
    dots.forEach((dot, place) => dot.classList.toggle("on", place < digits.length));
    typed.textContent = typed.dataset.words.replace("COUNT", digits.length);
    send.disabled = busy || digits.length < dots.length;
    rounds.forEach((one, place) => { one.hidden = Boolean(place) !== Boolean(before); });
    clearTimeout(timer);
    if (digits || before) timer = setTimeout(forget, FORGET);
  }
  function forget() {
    digits = before = "";
    show();
  }
  function press(key) {
    if (busy) return;
    outcome.replaceChildren();
    if (key === "erase") digits = digits.slice(0, -1);
    else if (digits.length < dots.length) digits += key;
    show();
  }
  const say = (name) => outcome.replaceChildren(pad.querySelector(`template.${name}`).content.cloneNode(true));

  async function submit(event) {
    event.preventDefault();
    if (busy || digits.length < dots.length) return;
    if (rounds.length > 1 && !before) {
      before = digits;
      digits = "";
      return show();
    }
    if (before && before !== digits) {
      forget();
      return say("differs");
    }
    const asked = new URLSearchParams(new FormData(pad));
    asked.set("pin", digits);
    busy = true;
    forget();
    pad.querySelector(".busy").hidden = false;
    try {
      const answer = await fetch(pad.action, {
        method: "POST", body: asked, headers: { accept: "text/html" }, signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.ok) go(await answer.json());
      else if (answer.status === 422) outcome.innerHTML = await answer.text();
      else say("lost");
    } catch (error) {
      if (!(error instanceof TypeError) && error.name !== "TimeoutError") throw error;
      say("lost");
    } finally {
      busy = false;
      pad.querySelector(".busy").hidden = true;
      show();
    }
  }

  // Where there is a form that waits for the one-time code, it goes on with it; else the answer says where to go.
  function go(answer) {
    if (!answer.code) return location.replace(answer.then);
    const waiting = document.getElementById("with-code");
    waiting.elements.code.value = answer.code;
    waiting.submit();
  }

  keys.addEventListener("click", (event) => { if (event.target.dataset?.key) press(event.target.dataset.key); });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.("input, textarea, select")) return;
    if (/^[0-9]$/.test(event.key)) press(event.key);
    else if (event.key === "Backspace") press("erase");
    else if (event.key === "Enter" && !event.target.closest?.("a, button")) pad.requestSubmit();
    else return;
    event.preventDefault();
  });
  addEventListener("pagehide", forget);
  pad.addEventListener("submit", submit);
  show();
}
