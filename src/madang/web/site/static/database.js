// A database of this browser, as promises. `make` is given the new database and makes its stores.
export function databaseNamed(name, version, make) {
  function open() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(name, version);
      asked.onupgradeneeded = () => make(asked.result);
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  // What `work` does with the store happens whole or not at all; gives what `work` gave, a request its result.
  async function run(store, mode, work) {
    const database = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(store, mode);
        const given = work(transaction.objectStore(store));
        transaction.oncomplete = () => resolve(given instanceof IDBRequest ? given.result : given);
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }

  return {
    run,
    all: (store) => run(store, "readonly", (one) => one.getAll()),
    get: (store, key) => run(store, "readonly", (one) => one.get(key)),
    put: (store, value) => run(store, "readwrite", (one) => one.put(value)),
    remove: (store, key) => run(store, "readwrite", (one) => one.delete(key)),
  };
}
