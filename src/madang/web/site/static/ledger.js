// Signs a draft, sends it, and finds out how it ended, even when the answer is lost on the way.
import { envelope, keysOf, signing } from "./keys.js";
import { all, get, put, remove } from "./store.js";

// A payload ends ten minutes after it was made at the latest: what was not ordered by then never is.
const TRIES = 5, PATIENCE = 8000, REMEMBERED = 15 * 60 * 1000;

/** Sign what a form shows, and go on to the page that it names; show the refusal in the form otherwise. */
export async function signDraft(form) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const payload = JSON.parse(form.querySelector("script").textContent);
  const { id, then } = form.dataset;
  const outcome = form.querySelector(".outcome"), button = form.querySelector("button[type=submit]");
  const busy = (is) => { button.disabled = is; form.querySelector(".busy").hidden = !is; };
  const say = (name) => outcome.replaceChildren(form.querySelector(`template.${name}`).content.cloneNode(true));
  outcome.replaceChildren();
  busy(true);
  try {
    const kept = await get("sent", id);
    const signed = kept?.signed ?? await sign(form, payload);
    if (!signed) return say("no-key");
    form.dataset.sent = "yes";
    await put("sent", { id, signed, then, area: document.body.dataset.area, at: Date.now() });
    const result = await deliver(id, signed);
    if (!result) return say("lost");
    await remove("sent", id);
    if (result.outcome === "accepted") return location.replace(then.replace("{id}", id));
    outcome.innerHTML = await why(result, payload);
  } catch (error) {
    if (!["NotAllowedError", "AbortError"].includes(error.name)) throw error;
    say("not-given");
  } finally {
    busy(false);
    delete form.dataset.busy;
  }
}

async function sign(form, payload) {
  const keys = signing(await keysOf(document.body.dataset.area));
  const signers = form.dataset.signers.split(" ").map((party) => keys.find((one) => one.party === party));
  return signers.every(Boolean) ? envelope(payload, signers) : null;
}

/** Send until there is an answer: sending the same bytes again is safe. Null where the network stays away. */
export async function deliver(id, signed) {
  for (let go = 0; go < TRIES; go += 1) {
    if (go) await new Promise((resolve) => setTimeout(resolve, 400 * 2 ** go));
    try {
      const type = signed.startsWith("{") ? "application/jose+json" : "application/jose";
      const answer = await fetch("/transactions", {
        method: "POST", body: signed, headers: { "content-type": type }, signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.status >= 500 && answer.status !== 500 || answer.status === 429) continue;
      return await answer.json();
    } catch (error) {
      // No network, no answer in time, or an answer that is none of ours, as of a hotel's door.
      if (!(error instanceof TypeError || error instanceof SyntaxError) && error.name !== "TimeoutError") throw error;
    }
  }
  return null;
}

/** Why it was refused, in words, as HTML of this site; by its code alone where the words can't be had. */
export async function why(result, payload) {
  const act = JSON.parse(payload).acts[0];
  const asked = new URLSearchParams({ programme: act.programme ?? "", reason: result.reason ?? "" });
  try {
    const answer = await fetch(`/${document.body.dataset.area}/why/${encodeURIComponent(result.code)}?${asked}`, {
      headers: { accept: "text/html" },
    });
    if (answer.ok) return await answer.text();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  const said = document.createElement("p");
  said.className = "notice danger";
  said.textContent = `${result.detail} (${result.code})`;
  return said.outerHTML;
}

/** What was sent without an answer: look up how it ended, and go to its page where it was accepted. */
export async function settleSent() {
  for (const one of await all("sent")) {
    if (one.area !== document.body.dataset.area) continue;
    const result = await outcomeOf(one);
    if (result === undefined) continue;
    await remove("sent", one.id);
    if (result?.outcome === "accepted" && !location.pathname.endsWith(one.id)) location.assign(one.then.replace("{id}", one.id));
  }
}

/** Forget what was sent from here: whoever comes next at this computer shall not find it. */
export async function forgetSent() {
  for (const one of await all("sent")) if (one.area === document.body.dataset.area) await remove("sent", one.id);
}

/** How it ended; null where it never was ordered and can't be any more, undefined where that is not known yet. */
async function outcomeOf(one) {
  try {
    const answer = await fetch(`/transactions/${one.id}`);
    if (answer.ok) return await answer.json();
    return answer.status === 404 && Date.now() - one.at > REMEMBERED ? null : undefined;
  } catch {
    return undefined;
  }
}
