// Credentials and what was shown of them, in this browser alone. Their keys can't be taken out of it, so nothing here can
// be backed up: where the browser clears it, credentials are issued anew.
const NAME = "madang-credentials", VERSION = 1;
const STORES = ["credentials", "shown", "begun"];

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => STORES.forEach((one) => asked.result.createObjectStore(one, { keyPath: "id" }));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function run(store, mode, work) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const asked = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const all = (store) => run(store, "readonly", (one) => one.getAll());
export const get = (store, id) => run(store, "readonly", (one) => one.get(id));
export const put = (store, value) => run(store, "readwrite", (one) => one.put(value));
export const remove = (store, id) => run(store, "readwrite", (one) => one.delete(id));

export const newId = () => crypto.randomUUID();

// Copies that were not shown to anybody yet. A type of which there is one copy only is shown again and again.
export const unused = (credential) => credential.copies.filter((one) => !one.used || credential.copies.length === 1);

// Take a copy, once, even where two pages want one at the same moment.
export async function useCopy(id) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction("credentials", "readwrite");
      const store = transaction.objectStore("credentials");
      let taken = null;
      store.get(id).onsuccess = ({ target }) => {
        const found = target.result;
        taken = found ? unused(found)[0] ?? null : null;
        if (!taken) return;
        taken.used = true;
        store.put(found);
      };
      transaction.oncomplete = () => resolve(taken);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}
