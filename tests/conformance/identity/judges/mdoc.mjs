// Three libraries of others for ISO mdoc, each as issuer, wallet and verifier. Bytes are in hexadecimal.
//
//   {judge, role: "issue", doc_type, namespace, elements, issuer_key, certificate, device_key, since, until}
//   {judge, role: "present", doc_type, namespace, issuer_signed, identifiers, transcript, device_key}
//   {judge, role: "verify", response, transcript, root, namespace}
//   {judge: "owf", role: "transcript", client_id, nonce, thumbprint, response_uri}, or {..., origin, nonce, thumbprint}
import { readFileSync } from 'node:fs'

const question = JSON.parse(readFileSync(0, 'utf8'))
const judges = { auth0: './mdoc_auth0.mjs', owf: './mdoc_owf.mjs', animo: './mdoc_animo.mjs' }
const judge = await import(judges[question.judge])
let said
try {
  said = { answer: await judge[question.role](question) }
} catch (error) {
  said = { refused: String(error.message ?? error) }
}
process.stdout.write(JSON.stringify(said))
