// Bytes and text as JOSE writes them.
const utf8 = new TextEncoder();

export const bytes = (text) => utf8.encode(text);

export function base64url(data) {
  const view = new Uint8Array(data);
  let text = "";
  for (const byte of view) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function fromBase64url(text) {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (one) => one.charCodeAt(0));
}

export const sha256 = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));
