// @owf/mdoc, of the OpenWallet Foundation.
import {
  CoseKey, DeviceRequest, DeviceResponse, DeviceKey, DocRequest, Holder, Issuer, IssuerSigned, ItemsRequest, SessionTranscript,
  SignatureAlgorithm, Verifier,
} from '@owf/mdoc'
import * as tools from './mdoc_tools.mjs'
import { bytes, hex, plain, publicPart, seconds } from './mdoc_tools.mjs'

const context = {
  crypto: tools.crypto,
  x509: { ...tools.x509, getPublicKey: (input) => CoseKey.fromJwk(tools.x509.getPublicKey(input)) },
  cose: {
    sign1: {
      sign: ({ toBeSigned, key }) => tools.signBytes(toBeSigned, key.jwk),
      verify: ({ key, sign1 }) => tools.verifyBytes(sign1.toBeSigned, sign1.signature, key.jwk),
    },
    mac0: tools.mac0,
  },
}
const signing = (jwk) => CoseKey.fromJwk({ ...jwk, alg: 'ES256' })

export async function issue(asked) {
  const issuer = new Issuer(asked.doc_type, context).addIssuerNamespace(asked.namespace, asked.elements)
  const credential = await issuer.sign({
    signingKey: signing(asked.issuer_key),
    algorithm: SignatureAlgorithm.ES256,
    digestAlgorithm: 'SHA-256',
    certificates: [bytes(asked.certificate)],
    deviceKeyInfo: { deviceKey: DeviceKey.fromJwk(publicPart(asked.device_key)) },
    validityInfo: { signed: seconds(asked.since), validFrom: seconds(asked.since), validUntil: seconds(asked.until) },
  })
  return hex(credential.encode())
}

export async function present(asked) {
  const namespaces = { [asked.namespace]: Object.fromEntries(asked.identifiers.map((one) => [one, false])) }
  const itemsRequest = ItemsRequest.create({ docType: asked.doc_type, namespaces })
  const response = await Holder.createDeviceResponseForDeviceRequest(
    {
      deviceRequest: DeviceRequest.create({ docRequests: [DocRequest.create({ itemsRequest })] }),
      issuerSigned: [IssuerSigned.decode(bytes(asked.issuer_signed))],
      sessionTranscript: SessionTranscript.decode(bytes(asked.transcript)),
      signature: { signingKey: signing(asked.device_key) },
    },
    context,
  )
  return hex(response.encode())
}

export async function verify(asked) {
  const response = DeviceResponse.decode(bytes(asked.response))
  const sessionTranscript = SessionTranscript.decode(bytes(asked.transcript))
  const trustedCertificates = [bytes(asked.root)]
  await Verifier.verifyDeviceResponse({ deviceResponse: response, sessionTranscript, trustedCertificates }, context)
  const items = response.documents[0].issuerSigned.getIssuerNamespace(asked.namespace)
  return plain(items.map((item) => [item.elementIdentifier, item.elementValue]))
}

export async function transcript({ client_id: clientId, response_uri: responseUri, origin, nonce, thumbprint }) {
  const jwkThumbprint = thumbprint ? bytes(thumbprint) : undefined
  const made = origin
    ? await SessionTranscript.forOid4VpDcApi({ origin, nonce, jwkThumbprint }, context)
    : await SessionTranscript.forOid4Vp({ clientId, nonce, responseUri, jwkThumbprint }, context)
  return hex(made.encode())
}
