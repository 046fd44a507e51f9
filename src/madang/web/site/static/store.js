// What this browser keeps: keys that can't be taken out of it, what was sent, and receipts. Nothing leaves it by itself.
const NAME = "madang", VERSION = 1;

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      const database = asked.result;
      database.createObjectStore("keys", { keyPath: "kid" });
      database.createObjectStore("sent", { keyPath: "id" });
      database.createObjectStore("receipts", { keyPath: "id" });
    };
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
export const get = (store, name) => run(store, "readonly", (one) => one.get(name));
export const put = (store, value) => run(store, "readwrite", (one) => one.put(value));
export const remove = (store, name) => run(store, "readwrite", (one) => one.delete(name));
