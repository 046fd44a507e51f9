// What a holder does for a blind signature, RSABSSA-SHA384-PSS-Randomized (RFC 9474): prepare, blind, finalize.
//
// The signer sees a random number, and whoever checks the signature sees a plain RSASSA-PSS one. All that is random
// comes from the browser; none of it can be handed in, since it could carry a mark (RFC 9474, section 7.5).

const SALT = 48, HASH = 48, PREFIX = 32, EXPONENT = 65537n, SIZES = [256, 384, 512];

const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const sha384 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-384", join(...parts)));

function join(...parts) {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function toNumber(bytes) {
  let text = "0x0";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return BigInt(text);
}

function toBytes(number, length) {
  const text = number.toString(16).padStart(2 * length, "0");
  return Uint8Array.from({ length }, (_, place) => parseInt(text.slice(2 * place, 2 * place + 2), 16));
}

function power(base, exponent, modulus) {
  let result = 1n;
  for (let left = base % modulus, bits = exponent; bits; bits >>= 1n, left = (left * left) % modulus) {
    if (bits & 1n) result = (result * left) % modulus;
  }
  return result;
}

// The inverse of a number, or null where it shares a factor with the modulus.
function inverseOf(number, modulus) {
  let [last, rest, sum, next] = [modulus, number % modulus, 0n, 1n];
  while (rest) {
    const times = last / rest;
    [last, rest, sum, next] = [rest, last - times * rest, next, sum - times * next];
  }
  return last === 1n ? ((sum % modulus) + modulus) % modulus : null;
}

function readModulus(bytes) {
  if (!SIZES.includes(bytes.length) || !(bytes[0] & 0x80) || !(bytes.at(-1) & 1)) throw new Error("blind.key");
  return toNumber(bytes);
}

// EMSA-PSS-ENCODE (RFC 8017, section 9.1.1) into one bit less than the modulus has.
async function encode(message, length) {
  const salt = random(SALT);
  const digest = await sha384(new Uint8Array(8), await sha384(message), salt);
  const block = join(new Uint8Array(length - SALT - HASH - 2), [1], salt);
  for (let count = 0; count * HASH < block.length; count += 1) {
    const mask = await sha384(digest, [0, 0, 0, count]);
    for (let at = count * HASH; at < Math.min(block.length, (count + 1) * HASH); at += 1) {
      block[at] ^= mask[at - count * HASH];
    }
  }
  block[0] &= 0x7f;
  return join(block, digest, [0xbc]);
}

// 32 random bytes and the message: what is signed (section 4.1).
export function prepare(message) {
  return join(random(PREFIX), message);
}

// What the signer gets, and the inverse that takes the blindness off again, which stays here (section 4.2).
export async function blind(modulus, prepared) {
  const n = readModulus(modulus);
  const number = toNumber(await encode(prepared, modulus.length));
  if (inverseOf(number, n) === null) throw new Error("blind.key");
  for (let tries = 0; tries < 256; tries += 1) {
    const factor = toNumber(random(modulus.length));
    const inverse = factor > 0n && factor < n ? inverseOf(factor, n) : null;
    if (inverse !== null) {
      return { message: toBytes((number * power(factor, EXPONENT, n)) % n, modulus.length), inverse };
    }
  }
  throw new Error("blind.key");
}

// The signature of what was prepared; throws where the published key did not make it (section 4.4).
export async function finalize(modulus, prepared, signature, inverse) {
  const n = readModulus(modulus);
  if (signature.length !== modulus.length) throw new Error("blind.length");
  const found = toBytes((toNumber(signature) * inverse) % n, modulus.length);
  const key = { kty: "RSA", alg: "PS384", n: toBase64url(modulus), e: "AQAB" };
  const way = { name: "RSA-PSS", hash: "SHA-384", saltLength: SALT };
  const published = await crypto.subtle.importKey("jwk", key, way, false, ["verify"]);
  if (!(await crypto.subtle.verify(way, published, found, prepared))) throw new Error("blind.signature");
  return found;
}

function toBase64url(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
