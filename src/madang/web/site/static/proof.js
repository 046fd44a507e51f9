// Checks a receipt in this browser: no server is asked, nothing is sent. Form and order of the checks are those of
// `madang.log.receipt`; what is signed is not interpreted beyond its id.
import { fromBase64url, sha256 } from "./encoding.js";
import { ProofError, bigEndian, cosigned, hex, join, openCheckpoint, readKey, readNote } from "./note.js";

export { ProofError };

const PREFIX = [0x4d, 0x44, 0x52, 0x43], VERSION = 1; // "MDRC"
const LEAF_BYTES = 77, HASH = 32, MOST_HASHES = 63, MOST_SIGNED = 1024 * 1024, MOST_CHECKPOINT = 16 * 1024;
export const MOST_BYTES = MOST_SIGNED + MOST_CHECKPOINT + 4 * 1024;
const OUTCOMES = { 1: "accepted", 2: "rejected", 3: "defect" };

/**
 * Check a receipt (bytes) against the log's key, and the keys of witnesses of which `threshold` must have cosigned.
 *
 * Gives {outcome, height, index, position, id, size, origin, time?, cosigners: [{name, time}], checks: [{name, holds, code?}]}.
 * It holds where every check does (`holds`); then `time` (seconds) is when the first of those witnesses had it before it.
 * Throws `ProofError` where the bytes are no receipt, a key can't be read, or this browser can't check signatures.
 */
export async function checkReceipt(data, logKeyText, { witnesses = [], threshold = witnesses.length } = {}) {
  const log = await readKey(logKeyText);
  const trusted = await Promise.all(witnesses.map((one) => readKey(one, false)));
  const receipt = readReceipt(data);
  const leaf = readLeaf(receipt.leaf);
  const checks = [];
  const check = async (name, work) => {
    try {
      const found = await work();
      checks.push({ name, holds: true });
      return found;
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      checks.push({ name, holds: false, code: error.code });
      return null;
    }
  };
  await check("signed", () => sameBytes(receipt.signed, leaf.signedHash));
  const note = await check("note", () => readNote(receipt.checkpoint));
  const checkpoint = await check("log", () => openCheckpoint(note ?? { signatures: [] }, log));
  const cosigners = await check("witnesses", () => enough(note ?? { signatures: [] }, trusted, threshold));
  await check("included", () => included(receipt, checkpoint));
  return {
    outcome: leaf.outcome, height: leaf.height, index: leaf.index, position: receipt.index, id: idOf(receipt.signed),
    origin: log.name, size: checkpoint?.size ?? null, cosigners: cosigners ?? [],
    ...(cosigners?.length && { time: Math.min(...cosigners.map((one) => one.time)) }), checks,
  };
}

/** Whether a checked receipt holds. */
export const holds = (checked) => checked.checks.every((one) => one.holds);

/** The parts of a receipt; nothing is verified. There is exactly one encoding, and nothing else is read. */
function readReceipt(data) {
  if (data.length > MOST_BYTES) throw new ProofError("log.receipt.size");
  if (data.length <= PREFIX.length || PREFIX.some((one, at) => data[at] !== one)) throw new ProofError("log.receipt.magic");
  if (data[PREFIX.length] !== VERSION) throw new ProofError("log.receipt.version");
  const reader = new Reader(data, PREFIX.length + 1);
  if (reader.take(1)[0] !== 0x95) throw malformed(); // an array of five
  const [leaf, index, signed, proof, checkpoint] = [
    reader.binary(), reader.integer(), reader.binary(), reader.binary(), reader.binary(),
  ];
  if (!reader.ended) throw malformed();
  if (leaf.length !== LEAF_BYTES || signed.length > MOST_SIGNED || proof.length % HASH ||
    proof.length > MOST_HASHES * HASH || checkpoint.length > MOST_CHECKPOINT) throw new ProofError("log.receipt.bounds");
  return { leaf, index, signed, proof, checkpoint };
}

/** Reads the two sorts of msgpack values that a receipt has, in their shortest form only. */
class Reader {
  constructor(data, at) {
    this.data = data;
    this.at = at;
  }

  get ended() {
    return this.at === this.data.length;
  }

  take(count) {
    if (this.at + count > this.data.length) throw malformed();
    this.at += count;
    return this.data.slice(this.at - count, this.at);
  }

  /** A number of `width` bytes that does not fit into half as many. */
  number(width, least) {
    const value = bigEndian(this.take(width));
    if (value < least) throw malformed();
    if (value > Number.MAX_SAFE_INTEGER) throw new ProofError("log.receipt.bounds");
    return Number(value);
  }

  binary() {
    const [width, least] = { 0xc4: [1, 0], 0xc5: [2, 2 ** 8], 0xc6: [4, 2 ** 16] }[this.take(1)[0]] ?? [];
    if (!width) throw malformed();
    return this.take(this.number(width, least));
  }

  integer() {
    const first = this.take(1)[0];
    if (first < 0x80) return first;
    const forms = { 0xcc: [1, 2 ** 7], 0xcd: [2, 2 ** 8], 0xce: [4, 2 ** 16], 0xcf: [8, 2 ** 32] };
    if (!forms[first]) throw malformed();
    return this.number(...forms[first]);
  }
}

/** A transaction's leaf: kind, height, index, hash of the signed bytes, hash of the writes. */
function readLeaf(leaf) {
  const outcome = OUTCOMES[leaf[0]], height = bigEndian(leaf.slice(1, 9));
  if (!outcome) throw new ProofError(leaf[0] ? "log.leaf.kind" : "log.leaf.length");
  const exact = height <= Number.MAX_SAFE_INTEGER;
  return { outcome, height: exact ? Number(height) : String(height), index: Number(bigEndian(leaf.slice(9, 13))), signedHash: leaf.slice(13, 45) };
}

async function sameBytes(signed, hash) {
  if (hex(await sha256(signed)) !== hex(hash)) throw new ProofError("log.receipt.signed");
}

/** The witnesses that cosigned, with their times; at least so many. */
async function enough(note, trusted, threshold) {
  const found = [];
  for (const witness of trusted) {
    const time = await cosigned(note, witness);
    if (time !== null) found.push({ name: witness.name, time });
  }
  if (found.length < threshold) throw new ProofError("log.signature.threshold");
  return found;
}

/** That the leaf is in the tree of the checkpoint. RFC 9162, 2.1.3.2. */
async function included({ leaf, index, proof }, checkpoint) {
  if (!checkpoint || index >= checkpoint.size) throw new ProofError("log.proof.range");
  let first = index, last = checkpoint.size - 1, found = await sha256(join([0], leaf));
  const half = (number) => Math.floor(number / 2);
  for (let at = 0; at < proof.length; at += HASH) {
    if (last === 0) throw new ProofError("log.proof.length");
    const sibling = proof.slice(at, at + HASH);
    if (first % 2 || first === last) {
      found = await sha256(join([1], sibling, found));
      while (first && first % 2 === 0) [first, last] = [half(first), half(last)];
    } else {
      found = await sha256(join([1], found, sibling));
    }
    [first, last] = [half(first), half(last)];
  }
  if (last) throw new ProofError("log.proof.length");
  if (hex(found) !== hex(checkpoint.root)) throw new ProofError("log.proof.inclusion");
}

/** The id in what was signed: of a compact JWS, or of general JSON; null where there is none, as in the first entry. */
function idOf(signed) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(signed);
    const payload = text.startsWith("{") ? JSON.parse(text).payload : text.split(".")[1];
    const { id } = JSON.parse(new TextDecoder().decode(fromBase64url(payload)));
    return typeof id === "string" ? id : null;
  } catch {
    return null;
  }
}

const malformed = () => new ProofError("log.receipt.malformed");
