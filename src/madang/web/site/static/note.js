// Signed notes, checkpoints and cosignatures, checked in this browser (C2SP signed-note, tlog-checkpoint,
// tlog-cosignature), as strictly as `madang.log` does. Nothing is sent anywhere. Failures are `ProofError`s with a code.
import { bytes, sha256 } from "./encoding.js";

const LOG = 1, WITNESS = 4; // types of keys
const MAX_NOTE_BYTES = 128 * 1024, MAX_SIGNATURES = 64, MAX_NAME_BYTES = 255, TIMESTAMP_BYTES = 8;
const BAD_NAME = /[\p{White_Space}+\0-\x1f]/u;
const CONTROL = /[\0-\x09\x0b-\x1f]/;
const PRIME = 2n ** 255n - 19n;
const ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL_ORDER = [0n, 1n, PRIME - 1n, ORDER_8, PRIME - ORDER_8];

/** Why something does not hold: a stable code, the same as on the command line. */
export class ProofError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Read `name+id+base64(type || key)`. `log` says whether a log's key is wanted, else a witness's. */
export async function readKey(text, log = true) {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(text.trim());
  const raw = parts && fromBase64(parts[3]);
  if (!raw?.length || !validName(parts[1])) throw new ProofError("log.key.malformed");
  if (raw[0] !== (log ? LOG : WITNESS)) throw new ProofError("log.key.algorithm");
  if (raw.length !== 33) throw new ProofError("log.key.length");
  const point = raw.slice(1), y = bigEndian(point.toReversed()) & (2n ** 255n - 1n);
  if (y >= PRIME || SMALL_ORDER.includes(y)) throw new ProofError("log.key.weak");
  const id = hex((await sha256(join(bytes(`${parts[1]}\n`), raw))).slice(0, 4));
  if (id !== parts[2]) throw new ProofError("log.key.id");
  return { name: parts[1], id, key: await importKey(point) };
}

async function importKey(point) {
  try {
    return await crypto.subtle.importKey("raw", point, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    // An old browser, or a page without TLS: it can't check, which is not to say that something is wrong.
    throw error.name === "DataError" ? error : new ProofError("browser.ed25519");
  }
}

/** Read a note; nothing in it is verified yet. `signatures` have a name, an id (hex) and their data. */
export function readNote(data) {
  if (data.length > MAX_NOTE_BYTES) throw new ProofError("log.note.size");
  const content = utf8(data), cut = content.lastIndexOf("\n\n"), lines = content.slice(cut + 2);
  if (CONTROL.test(content) || cut < 0 || !lines.endsWith("\n")) throw new ProofError("log.note.malformed");
  const rows = lines.slice(0, -1).split("\n");
  if (rows.length > MAX_SIGNATURES) throw new ProofError("log.note.size");
  return { text: content.slice(0, cut + 1), signatures: rows.map(readSignature) };
}

function readSignature(row) {
  const [dash, name, encoded, more] = row.split(" ");
  const raw = dash === "—" && more === undefined && encoded !== undefined ? fromBase64(encoded) : null;
  if (!raw || raw.length < 5 || !validName(name)) throw new ProofError("log.note.malformed");
  return { name, id: hex(raw.slice(0, 4)), data: raw.slice(4) };
}

/** Read a checkpoint's text: origin, size and root. */
export function readCheckpoint(text) {
  const [origin, size, encoded, ...extensions] = text.split("\n").slice(0, -1);
  const root = encoded === undefined ? null : fromBase64(encoded);
  const read = Number(size);
  if (!origin || !/^(0|[1-9][0-9]{0,18})$/.test(size) || !Number.isSafeInteger(read) || root?.length !== 32 ||
    !extensions.every(Boolean)) throw new ProofError("log.checkpoint.malformed");
  return { origin, size: read, root };
}

/** The checkpoint of a note that this log signed. Every signature that claims to be the log's must be right. */
export async function openCheckpoint(note, log) {
  const claimed = claims(note, log);
  if (!claimed.length) throw new ProofError("log.signature.missing");
  for (const one of claimed) await verify(log, note.text, one.data);
  const checkpoint = readCheckpoint(note.text);
  if (checkpoint.origin !== log.name) throw new ProofError("log.checkpoint.origin");
  return checkpoint;
}

/** When a witness cosigned (seconds, its latest); null where it did not. Each that claims to be its own must be right. */
export async function cosigned(note, witness) {
  let latest = null;
  for (const { data } of claims(note, witness)) {
    const time = bigEndian(data.slice(0, TIMESTAMP_BYTES));
    await verify(witness, `cosignature/v1\ntime ${time}\n${note.text}`, data.slice(TIMESTAMP_BYTES));
    if (!Number.isSafeInteger(Number(time))) throw new ProofError("log.signature.wrong");
    latest = Math.max(latest ?? 0, Number(time));
  }
  return latest;
}

const claims = (note, key) => note.signatures.filter((one) => one.name === key.name && one.id === key.id);

async function verify(key, text, signature) {
  const right = signature.length === 64 && await crypto.subtle.verify("Ed25519", key.key, signature, bytes(text));
  if (!right) throw new ProofError("log.signature.wrong");
}

const validName = (name) => Boolean(name) && !BAD_NAME.test(name) && bytes(name).length <= MAX_NAME_BYTES;

function utf8(data) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new ProofError("log.note.malformed");
  }
}

/** Standard base64 in its one canonical form; null for anything else. */
function fromBase64(text) {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return null;
  const raw = atob(text);
  return btoa(raw) === text ? Uint8Array.from(raw, (one) => one.charCodeAt(0)) : null;
}

export const hex = (data) => Array.from(data, (one) => one.toString(16).padStart(2, "0")).join("");
export const bigEndian = (data) => data.reduce((sum, one) => (sum << 8n) | BigInt(one), 0n);

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
}
