// Credentials that an officer has still to see to: kept with their keys and token until the issuer has them.
import { Sender, notify, readIssuer, receiveLater } from "./issuing.js";
import { put, remove } from "./store.js";

export async function tryAgain(one, trust) {
  if (trust.now() < one.next) return { one };
  try {
    const issuer = await readIssuer(one.issuer, trust);
    const at = { trust, issuer, sender: new Sender(issuer, one.dpop, one.token) };
    const found = await receiveLater(at, one.waiting);
    if (found.waiting) {
      await put("begun", { ...one, next: trust.now() + found.waiting.interval });
      return { one };
    }
    await put("credentials", found.credential);
    await remove("begun", one.id);
    await notify(at, found.notification, "credential_accepted").catch(() => {});
    return { one, arrived: true };
  } catch (error) {
    if (error.code === "issuer.invalid_transaction_id" || error.code === "issuer.credential_request_denied") {
      await remove("begun", one.id);
    }
    return { one, error };
  }
}
