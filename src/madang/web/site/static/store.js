// What this browser keeps: keys that can't be taken out of it, what was sent, and receipts. Nothing leaves it by itself.
import { databaseNamed } from "./database.js";

export const { all, get, put, remove } = databaseNamed("madang", 1, (database) => {
  database.createObjectStore("keys", { keyPath: "kid" });
  database.createObjectStore("sent", { keyPath: "id" });
  database.createObjectStore("receipts", { keyPath: "id" });
});
