// Credentials and what was shown of them, in this browser alone. Their keys can't be taken out of it, so nothing here can
// be backed up: where the browser clears it, credentials are issued anew.
import { databaseNamed } from "../../site/database.js";

const STORES = ["credentials", "shown", "begun"];

export const { all, get, put, remove, run } = databaseNamed("madang-credentials", 1, (database) => {
  for (const one of STORES) database.createObjectStore(one, { keyPath: "id" });
});

export const newId = () => crypto.randomUUID();

// Copies that were not shown to anybody yet. A type of which there is one copy only is shown again and again.
export const unused = (credential) => credential.copies.filter((one) => !one.used || credential.copies.length === 1);

// Take a copy, once, even where two pages want one at the same moment.
export async function useCopy(id) {
  const taken = await run("credentials", "readwrite", (store) => {
    const found = { copy: null };
    store.get(id).onsuccess = ({ target: { result } }) => {
      found.copy = result ? unused(result)[0] ?? null : null;
      if (!found.copy) return;
      found.copy.used = true;
      store.put(result);
    };
    return found;
  });
  return taken.copy;
}
