// @auth0/mdl. It takes and gives a credential as a DeviceResponse without a holder's signature.
import { Document, DeviceResponse, MDoc, Verifier } from '@auth0/mdl'
import { bytes, definition, hex, pem, plain, publicPart, seconds, tagged } from './mdoc_tools.mjs'

export async function issue(asked) {
  const document = await new Document(asked.doc_type)
    .addIssuerNameSpace(asked.namespace, asked.elements)
    .useDigestAlgorithm('SHA-256')
    .addValidityInfo({ signed: seconds(asked.since), validFrom: seconds(asked.since), validUntil: seconds(asked.until) })
    .addDeviceKeyInfo({ deviceKey: publicPart(asked.device_key) })
    .sign({ issuerPrivateKey: asked.issuer_key, issuerCertificate: pem(bytes(asked.certificate)), alg: 'ES256' })
  return hex(new MDoc([document]).encode())
}

export async function present(asked) {
  const response = await DeviceResponse.from(bytes(asked.issuer_signed))
    .usingPresentationDefinition(definition(asked))
    .usingSessionTranscriptBytes(tagged(bytes(asked.transcript)))
    .authenticateWithSignature(asked.device_key, 'ES256')
    .sign()
  return hex(response.encode())
}

export async function verify(asked) {
  const verifier = new Verifier([pem(bytes(asked.root))])
  const response = await verifier.verify(bytes(asked.response), {
    encodedSessionTranscript: tagged(bytes(asked.transcript)),
  })
  return plain(Object.entries(response.documents[0].getIssuerNameSpace(asked.namespace)))
}
