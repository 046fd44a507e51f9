// CBOR as mdocs are made of it (RFC 8949), with one meaning only and within bounds: refused are lengths that are not
// stated, a key twice, bytes after the end, other tags than 0, 24 and 1004, numbers that are not whole, `undefined`.
import { bytes } from "../../site/encoding.js";
import { join } from "./jose.js";
import { Refusal } from "./refusal.js";

const MAX_BYTES = 256 * 1024, MAX_DEPTH = 16;
const [TIME, ENCODED, DAY] = [0, 24, 1004];

/** CBOR inside CBOR (tag 24): bytes that are digested and signed as they are. */
export class Encoded {
  constructor(content) {
    this.content = content;
  }
}

/** A day or a time, with the tag that says which. */
export class Dated {
  constructor(tag, text) {
    this.tag = tag;
    this.text = text;
  }
}

const fail = () => {
  throw new Refusal("cbor.form");
};

export function decode(data) {
  if (!data.length || data.length > MAX_BYTES) fail();
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  const take = (length) => {
    if (at + length > data.length) fail();
    at += length;
    return data.slice(at - length, at);
  };
  const argument = (low) => {
    if (low < 24) return low;
    if (low > 27) fail();
    const size = 2 ** (low - 24), from = at;
    take(size);
    if (size === 1) return view.getUint8(from);
    if (size === 2) return view.getUint16(from);
    if (size === 4) return view.getUint32(from);
    const large = view.getBigUint64(from);
    return large <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(large) : fail();
  };
  const text = (length) => {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(take(length));
    } catch (error) {
      throw error instanceof Refusal ? error : new Refusal("cbor.form");
    }
  };
  const item = (depth) => {
    if (depth > MAX_DEPTH) fail();
    const [head] = take(1), kind = head >> 5, low = head & 31;
    if (kind === 7) return low === 20 ? false : low === 21 ? true : low === 22 ? null : fail();
    const value = argument(low);
    switch (kind) {
      case 0: return value;
      case 1: return -1 - value;
      case 2: return take(value);
      case 3: return text(value);
      case 4: return value > data.length ? fail() : Array.from({ length: value }, () => item(depth + 1));
      case 5: return map(value, depth);
      default: return tagged(value, item(depth + 1));
    }
  };
  const map = (length, depth) => {
    if (length > data.length) fail();
    const found = new Map();
    for (let count = 0; count < length; count += 1) {
      const key = item(depth + 1);
      if ((typeof key !== "string" && typeof key !== "number") || found.has(key)) fail();
      found.set(key, item(depth + 1));
    }
    return found;
  };
  const found = item(0);
  return at === data.length ? found : fail();
}

function tagged(tag, value) {
  if (tag === ENCODED && value instanceof Uint8Array) return new Encoded(value);
  if ((tag === TIME || tag === DAY) && typeof value === "string") return new Dated(tag, value);
  return fail();
}

/** The shortest writing of a value; maps in the order in which they are. */
export function encode(value) {
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (Number.isSafeInteger(value)) return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") return join(head(3, bytes(value).length), bytes(value));
  if (value instanceof Uint8Array) return join(head(2, value.length), value);
  if (value instanceof Encoded) return join(head(6, ENCODED), encode(value.content));
  if (value instanceof Dated) return join(head(6, value.tag), encode(value.text));
  if (Array.isArray(value)) return join(head(4, value.length), ...value.map(encode));
  if (value instanceof Map) return join(head(5, value.size), ...[...value].flat().map(encode));
  return fail();
}

function head(kind, value) {
  if (value < 24) return Uint8Array.of((kind << 5) | value);
  const low = value < 256 ? 24 : value < 65536 ? 25 : value < 2 ** 32 ? 26 : 27;
  const made = new Uint8Array(1 + 2 ** (low - 24)), view = new DataView(made.buffer);
  made[0] = (kind << 5) | low;
  if (low === 24) view.setUint8(1, value);
  else if (low === 25) view.setUint16(1, value);
  else if (low === 26) view.setUint32(1, value);
  else view.setBigUint64(1, BigInt(value));
  return made;
}
