// @animo-id/mdoc.
import { Document, DeviceResponse, MDoc, Verifier, parseIssuerSigned } from '@animo-id/mdoc'
import * as tools from './mdoc_tools.mjs'
import { bytes, definition, hex, plain, publicPart, seconds, tagged } from './mdoc_tools.mjs'

const context = {
  crypto: tools.crypto,
  x509: { ...tools.x509, validateCertificateChain: tools.x509.verifyCertificateChain },
  cose: {
    sign1: {
      sign: ({ sign1, jwk }) => tools.signBytes(sign1.getRawSigningData().data, jwk),
      verify: ({ sign1, jwk, options }) => {
        const { data, signature } = sign1.getRawVerificationData(options)
        return tools.verifyBytes(data, signature, jwk)
      },
    },
    mac0: tools.mac0,
  },
}

export async function issue(asked) {
  const document = await new Document(asked.doc_type, context)
    .addIssuerNameSpace(asked.namespace, asked.elements)
    .useDigestAlgorithm('SHA-256')
    .addValidityInfo({ signed: seconds(asked.since), validFrom: seconds(asked.since), validUntil: seconds(asked.until) })
    .addDeviceKeyInfo({ deviceKey: publicPart(asked.device_key) })
    .sign(
      { issuerPrivateKey: asked.issuer_key, issuerCertificate: bytes(asked.certificate), alg: 'ES256' },
      context,
    )
  return hex(new MDoc([document]).encode())
}

export async function present(asked) {
  const credential = parseIssuerSigned(bytes(asked.issuer_signed), asked.doc_type)
  const response = await DeviceResponse.from(new MDoc([credential]))
    .usingPresentationDefinition(definition(asked))
    .usingSessionTranscriptBytes(tagged(bytes(asked.transcript)))
    .authenticateWithSignature(asked.device_key, 'ES256')
    .sign(context)
  return hex(response.encode())
}

export async function verify(asked) {
  const response = await new Verifier().verifyDeviceResponse(
    {
      encodedDeviceResponse: bytes(asked.response),
      encodedSessionTranscript: tagged(bytes(asked.transcript)),
      trustedCertificates: [bytes(asked.root)],
    },
    context,
  )
  return plain(response.documents[0].getIssuerNameSpace(asked.namespace))
}
