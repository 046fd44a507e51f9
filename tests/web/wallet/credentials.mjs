// Runs the wallet's modules on what a test hands over (JSON on standard input), and says what they made of it.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { folder, known, tasks } = JSON.parse(readFileSync(0, "utf8"));
const load = (name) => import(pathToFileURL(`${folder}/wallet/credentials/${name}.js`));
globalThis.location = { origin: "https://city.example.kr" };
const [jose, sdjwt, mdoc, presenting, { Trust }, { statusAt }, offers] = await Promise.all(
  ["jose", "sdjwt", "mdoc", "presenting", "trust", "standing", "offers"].map(load));
const trust = new Trust(known);

const keyOf = (jwk) => crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);

async function accept({ form, text }) {
  const format = form === "mso_mdoc" ? mdoc : sdjwt;
  const found = await format.accept(text, trust.followCredentials(), trust.now());
  const type = trust.typeNamed(form, found.type).id;
  return { type, party: trust.issuerOf(found.followed.anchor, type, found.signed), claims: found.claims, holder: found.holder, status: found.status };
}

async function answer({ request, client, held }) {
  const read = await presenting.readRequest(request, client, trust);
  const credentials = held.map((one, id) => ({ ...one, id }));
  const sets = presenting.choices(read, credentials);
  const chosen = [];
  for (const { options } of sets) {
    for (const [query, one] of options[0] ?? []) chosen.push([query, { text: one.text, key: await keyOf(one.key) }]);
  }
  return { purposes: read.wanted.map((one) => one.permission.purpose), response: await presenting.respond(read, chosen, trust.now()) };
}

const DOES = {
  accept, answer,
  decrypt: async ({ text, key }) => {
    const own = await crypto.subtle.importKey("jwk", key, { name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
    return new TextDecoder().decode(await jose.decrypt(text, own));
  },
  encrypt: ({ text, key, enc }) => jose.encrypt(new TextEncoder().encode(text), key, enc),
  thumbprint: async ({ key }) => Buffer.from(await jose.thumbprint(key)).toString("base64url"),
  qualify: ({ requirements, held }) => offers.overall(offers.findings(requirements, held)),
  status: ({ bits, packed, index }) => statusAt({ bits, packed: Uint8Array.from(packed) }, index),
};

const found = [];
for (const task of tasks) {
  try {
    found.push({ found: await DOES[task.does](task) });
  } catch (error) {
    found.push({ refused: error.code ?? String(error.stack) });
  }
}
process.stdout.write(JSON.stringify(found));
