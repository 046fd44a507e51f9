// Waits for the answer of another device, and goes on when it is there.
const PACE = 1500;

const across = document.querySelector("#across");
if (across) wait(across);

async function wait(section) {
  const said = section.querySelector(".left");
  const say = (name) => said.replaceChildren(section.querySelector(`template.${name}`).content.cloneNode(true));
  const until = performance.now() + 1000 * Number(section.dataset.seconds), words = said.textContent;
  while (performance.now() < until) {
    await new Promise((go) => setTimeout(go, PACE));
    let standing;
    try {
      const answer = await fetch(section.dataset.asked, { cache: "no-store" });
      standing = answer.ok ? (await answer.json()).standing : "refused";
    } catch {
      say("offline");
      continue;
    }
    if (standing === "waiting") said.textContent = words;
    else if (standing === "shown") return location.assign(section.dataset.then);
    else break;
  }
  section.querySelector("img").hidden = true;
  say("over");
}
