// What every page does: sign drafts, and warn before a session ends for want of use.
import { forgetSent, signDraft, settleSent } from "./ledger.js";
import { leave } from "./leaving.js";

const { area } = document.body.dataset;

for (const form of document.querySelectorAll("form.sign")) {
  form.addEventListener("submit", (event) => { event.preventDefault(); signDraft(form); });
  // A page that was looked at too long signs nothing any more: the ledger would refuse it.
  setTimeout(() => {
    if (form.dataset.sent) return;
    form.querySelector("button[type=submit]").disabled = true;
    form.querySelector(".over").hidden = false;
  }, Number(form.dataset.seconds) * 1000);
}

settleSent();

// On a phone the menu is wider than the screen: the entry of this page is brought into it.
document.querySelector(".menu [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

document.querySelector("form.leave")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  leave(area);
  await forgetSent().catch(() => {});
  event.target.submit();
});

const idle = Number(document.body.dataset.idleSeconds);
const WARNING = 120;
if (idle) {
  const dialog = document.getElementById("idle");
  let warn, end;
  const begin = () => {
    clearTimeout(warn);
    clearTimeout(end);
    warn = setTimeout(() => dialog.showModal(), (idle - WARNING) * 1000);
    end = setTimeout(() => location.reload(), (idle + 1) * 1000);
  };
  document.getElementById("idle-stay").addEventListener("click", async () => {
    await fetch(`/${area}/challenge`);
    dialog.close();
    begin();
  });
  begin();
}
