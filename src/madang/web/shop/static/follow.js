// Hears of the shop's payments as they become durable: shows that it listens, announces each once, and speaks it.
const box = document.getElementById("follow");
const AGAIN = 5000;
const MUTED = "madang-shop-muted";
const language = document.documentElement.lang === "ko" ? "ko-KR" : "en-US";
const seen = new Set([...document.querySelectorAll("[data-payment]")].map((one) => one.dataset.payment));

export const amountOf = (won) => box.dataset.won.replace("{amount}", won.toLocaleString("en-US"));

/** Call `heard` with every payment since the page was made: {payment, order, at, amount, held, number}. */
export function follow(heard) {
  const source = new EventSource(`/shop/events?since=${box.dataset.since}`);
  source.addEventListener("open", () => live(true));
  source.addEventListener("payment", (event) => {
    const one = JSON.parse(event.data);
    if (seen.has(one.payment)) return;
    seen.add(one.payment);
    heard(one);
  });
  source.addEventListener("over", () => {
    source.close();
    location.reload();
  });
  source.addEventListener("error", () => {
    live(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(heard), AGAIN);
  });
  addEventListener("pagehide", () => source.close());
  return source;
}

/** A payment in a sentence, for those who don't see it. Digits are said one by one. */
export function announce(one) {
  const said = box.dataset.spoken.replace("{amount}", amountOf(one.amount)).replace("{number}", one.number.split("").join(" "));
  document.getElementById("announced").textContent = said;
  if (isMuted() || !("speechSynthesis" in window)) return;
  const spoken = new SpeechSynthesisUtterance(said);
  spoken.lang = language;
  speechSynthesis.speak(spoken);
}

// A page that comes back as it was left has missed what was paid since.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

function live(is) {
  const shown = document.querySelector(".live");
  if (!shown) return;
  shown.textContent = is ? shown.dataset.live : shown.dataset.lost;
  shown.classList.toggle("lost", !is);
}

const isMuted = () => localStorage.getItem(MUTED) === "yes";

const mute = document.getElementById("mute");
if (mute && "speechSynthesis" in window) {
  const show = () => {
    mute.setAttribute("aria-pressed", String(isMuted()));
    mute.textContent = isMuted() ? mute.dataset.off : mute.dataset.on;
  };
  mute.hidden = false;
  mute.addEventListener("click", () => {
    localStorage.setItem(MUTED, isMuted() ? "no" : "yes");
    if (isMuted()) speechSynthesis.cancel();
    show();
  });
  show();
}
