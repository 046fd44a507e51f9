// Runs the wallet's module on the vectors of RFC 9474: what it draws at random is handed to it, by the crypto it finds.

import { readFileSync } from "node:fs";

const [, , module, file] = process.argv;
const { prepare, blind, finalize } = await import(module);
const hex = (text) => Uint8Array.from(text.match(/../g) ?? [], (two) => parseInt(two, 16));
const drawn = [];
crypto.getRandomValues = (array) => {
  const next = drawn.shift();
  if (next === undefined || next.length !== array.length) throw new Error("drew what no vector has");
  array.set(next);
  return array;
};

const found = [];
for (const vector of JSON.parse(readFileSync(file, "utf8"))) {
  const modulus = hex(vector.n);
  drawn.push(hex(vector.msg_prefix));
  const prepared = vector.msg_prefix ? prepare(hex(vector.msg)) : hex(vector.msg);
  drawn.splice(0, drawn.length, hex(vector.salt), hex(vector.factor));
  const blinded = await blind(modulus, prepared);
  const signature = await finalize(modulus, prepared, hex(vector.blind_sig), blinded.inverse);
  const altered = hex(vector.blind_sig);
  altered[9] ^= 1;
  const refused = await finalize(modulus, prepared, altered, blinded.inverse).catch((error) => error.message);
  const text = (bytes) => Buffer.from(bytes).toString("hex");
  found.push({
    prepared: text(prepared), blinded: text(blinded.message), inverse: blinded.inverse.toString(16),
    signature: text(signature), refused,
  });
}
process.stdout.write(JSON.stringify(found));
