// Answering a verifier: OpenID4VP 1.0 under HAIP 1.0. The same as madang.identity.wallet.answering: a request for more than
// the ledger lets its verifier ask for is refused before anything is shown, to the holder or to anybody.
import { base64url, bytes, sha256 } from "../../site/encoding.js";
import * as jose from "./jose.js";
import * as mdoc from "./mdoc.js";
import * as sdjwt from "./sdjwt.js";
import { permissionFor } from "./trust.js";
import { Refusal } from "./refusal.js";

const TYP = "oauth-authz-req+jwt", MOST_REQUEST = 64 * 1024, MOST_QUERIES = 16;
const SHAPE = "request.form";

/** Who asks and where the request is, in a link, a scanned code or the query of our own page; null where there is none. */
export function requestIn(text) {
  const fields = new URLSearchParams(text.trim().split("?").slice(1).join("?"));
  const found = { client: fields.get("client_id"), uri: fields.get("request_uri"), method: fields.get("request_uri_method") ?? "get" };
  return found.client && found.uri ? found : null;
}

/** Fetch the request, which is given out once. */
export async function fetchRequest({ uri, method }) {
  const options = { credentials: "omit", cache: "no-store", redirect: "error", referrerPolicy: "no-referrer" };
  let answer;
  try {
    answer = await fetch(uri, method === "post" ? { ...options, method: "POST", body: new URLSearchParams() } : options);
  } catch {
    throw new Refusal("request.unreachable");
  }
  if (!answer.ok) throw new Refusal("request.gone");
  return answer.text();
}

/** Read a request: by whom, for which purposes, what is asked, and how it is answered. */
export async function readRequest(text, client, trust) {
  const now = trust.now();
  const jws = jose.readJws(text, TYP, SHAPE, MOST_REQUEST);
  const [certificate] = jose.chainOf(jws.header, SHAPE);
  if (client !== `x509_hash:${base64url(await sha256(certificate))}`) throw new Refusal("request.client");
  const verifier = await trust.verifierOf(certificate, now);
  await jose.checkJws(jws, verifier.key, "request.signature");
  const said = jws.payload;
  if (said.client_id !== client) throw new Refusal("request.client");
  checkShape(said, now);
  const origins = verifier.permissions.flatMap((one) => one.origins);
  const origin = new URL(said.response_uri).origin;
  if (origin !== globalThis.location?.origin && !origins.includes(origin)) throw new Refusal("request.origin");
  const wanted = said.dcql_query.credentials.map((query) => readQuery(query, trust));
  const isTwice = new Set(wanted.map((one) => one.query)).size !== wanted.length;
  if (isTwice) throw new Refusal(SHAPE);
  for (const one of wanted) one.permission = permissionFor(verifier.permissions, one.type.id, one.claims);
  const sets = said.dcql_query.credential_sets ?? wanted.map((one) => ({ options: [[one.query]] }));
  const metadata = said.client_metadata, encryptTo = metadata.jwks.keys[0];
  jose.publicJwk(encryptTo);
  const offered = metadata.encrypted_response_enc_values_supported ?? ["A128GCM"];
  const encryption = Object.keys(jose.ENCRYPTIONS).find((one) => offered.includes(one));
  if (!encryption) throw new Refusal(SHAPE);
  return {
    client, party: verifier.party, nonce: said.nonce, state: said.state, answerTo: said.response_uri, encryptTo, encryption,
    until: said.exp, wanted, sets: sets.map(({ options, required = true }) => ({ options, required })),
  };
}

function checkShape(said, now) {
  const texts = ["client_id", "response_uri", "nonce", "state"].every((name) => typeof said[name] === "string" && said[name]);
  const times = [said.exp, said.iat].every(Number.isSafeInteger);
  const queries = said.dcql_query?.credentials, sets = said.dcql_query?.credential_sets ?? [];
  const isForm = texts && times && said.response_type === "vp_token" && said.response_mode === "direct_post.jwt"
    && Array.isArray(queries) && queries.length > 0 && queries.length <= MOST_QUERIES && !("transaction_data" in said)
    && Array.isArray(sets) && sets.length <= MOST_QUERIES && sets.every((one) => Array.isArray(one?.options) && one.options.every(Array.isArray))
    && Array.isArray(said.client_metadata?.jwks?.keys) && said.client_metadata.jwks.keys.length > 0
    && URL.canParse(said.response_uri);
  if (!isForm) throw new Refusal(SHAPE);
  if (said.exp <= now || said.iat > now + 60) throw new Refusal("request.expired");
}

// A query for a proof of an mdoc is read, so that one that asks too much is refused, and nothing held here fits it: browsers
// prove nothing (docs/zero-knowledge.md). What may be shown in its place stands beside it.
function readQuery(query, trust) {
  const isSdJwt = query?.format === "dc+sd-jwt", names = query?.meta?.vct_values;
  const isForm = (isSdJwt ? names?.length === 1 : ["mso_mdoc", "mso_mdoc_zk"].includes(query?.format)) && Array.isArray(query.claims) && query.claims.length > 0;
  if (!isForm || typeof query.id !== "string") throw new Refusal(SHAPE);
  const type = trust.typeNamed(isSdJwt ? query.format : "mso_mdoc", isSdJwt ? names[0] : query.meta?.doctype_value);
  const claims = [], values = {};
  for (const { path, values: allowed } of query.claims) {
    const name = nameOf(type, path, isSdJwt);
    if (!name || claims.includes(name)) throw new Refusal(SHAPE);
    claims.push(name);
    if (Array.isArray(allowed) && allowed.length) values[name] = allowed;
  }
  return { query: query.id, form: query.format, type, claims, values };
}

function nameOf(type, path, isSdJwt) {
  if (!Array.isArray(path)) return null;
  if (isSdJwt) return path.length === 1 && Object.hasOwn(type.claims, path[0]) ? path[0] : null;
  if (path.length !== 2 || path[0] !== type.namespace) return null;
  return Object.entries(type.claims).find(([name, claim]) => (claim.element || name) === path[1])?.[0] ?? null;
}

/**
 * What the holder can choose from: for each set of the request the options that the wallet can fulfil, each as a list of
 * [query, credential]. `held` are credentials that count now. A required set without option is named in `missing`.
 */
export function choices(request, held) {
  const byId = Object.fromEntries(request.wanted.map((one) => [one.query, one]));
  return request.sets.map(({ options, required }) => {
    const asked = options.map((names) => names.map((name) => byId[name]));
    if (asked.some((queries) => !queries.length || queries.some((one) => !one))) throw new Refusal(SHAPE);
    const found = asked.flatMap((queries) => combinations(queries, held));
    return { required, asked: asked[0], options: found };
  });
}

// Every way to answer queries that go together; of one query simply each credential that fits.
function combinations(queries, held) {
  return queries.reduce((ways, query) =>
    ways.flatMap((way) => held.filter((one) => fits(query, one)).map((one) => [...way, [query, one]])), [[]]).slice(0, 16);
}

export function fits(query, credential) {
  if (credential.type !== query.type.id || credential.form !== query.form) return false;
  if (!query.claims.every((name) => Object.hasOwn(credential.claims, name))) return false;
  return Object.entries(query.values).every(([name, allowed]) => allowed.some((one) => one === credential.claims[name]));
}

/** The encrypted response: of each chosen [query, copy] exactly what is asked. */
export async function respond(request, chosen, now) {
  const token = {};
  for (const [query, copy] of chosen) token[query.query] = [await present(request, query, copy, now)];
  const content = bytes(JSON.stringify({ vp_token: token, state: request.state }));
  return jose.encrypt(content, request.encryptTo, request.encryption);
}

async function present(request, query, copy, now) {
  if (query.form === "dc+sd-jwt") return sdjwt.present(copy.text, query.claims, request.client, request.nonce, now, copy.key);
  const thumbprint = await jose.thumbprint(jose.publicJwk(request.encryptTo));
  const session = await mdoc.transcript(request.client, request.nonce, request.answerTo, thumbprint);
  const elements = query.claims.map((name) => query.type.claims[name].element || name);
  return mdoc.present(copy.text, query.type.doctype, query.type.namespace, elements, session, copy.key);
}

/** Send an answer, or that the holder says no. Gives where the holder goes on, or nothing. */
export async function send(request, fields) {
  const options = { method: "POST", body: new URLSearchParams(fields), credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" };
  let answer;
  try {
    answer = await fetch(request.answerTo, options);
  } catch {
    throw new Refusal("request.unreachable");
  }
  if (!answer.ok) throw new Refusal("request.refused");
  const { redirect_uri: next } = await answer.json().catch(() => ({}));
  const isAddress = typeof next === "string" && URL.canParse(next, request.answerTo);
  const address = isAddress ? new URL(next, request.answerTo) : null;
  return address && /^https?:$/.test(address.protocol) ? address.href : "";
}

export const decline = (request) => send(request, { error: "access_denied", state: request.state }).catch(() => "");
