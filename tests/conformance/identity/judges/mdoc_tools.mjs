// What the mdoc judges share, and what @owf/mdoc and @animo-id/mdoc ask of the program that they are used in: digests,
// ECDSA and certificates, by Node.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify, X509Certificate } from 'node:crypto'

export const bytes = (text) => new Uint8Array(Buffer.from(text, 'hex'))
export const hex = (data) => Buffer.from(data).toString('hex')
export const seconds = (time) => new Date(time * 1000)
export const publicPart = ({ kty, crv, x, y }) => ({ kty, crv, x, y })
export const pem = (der) => new X509Certificate(der).toString()

// Values as JSON: bytes in hexadecimal, days as text.
export const plain = (entries) =>
  Object.fromEntries([...entries].map(([name, value]) => [name, value instanceof Uint8Array ? hex(value) : value]))

// An item that stands in CBOR as CBOR of its own (tag 24).
export const tagged = (data) => {
  const length = data.length < 24 ? [0x40 | data.length] : data.length < 256 ? [0x58, data.length] : undefined
  if (!length) throw new Error('longer than any transcript here')
  return new Uint8Array([0xd8, 0x18, ...length, ...data])
}

// Presentation Exchange, as the older judges take what is asked for.
export const definition = ({ doc_type, namespace, identifiers }) => ({
  id: 'asked',
  input_descriptors: [
    {
      id: doc_type,
      format: { mso_mdoc: { alg: ['ES256'] } },
      constraints: {
        limit_disclosure: 'required',
        fields: identifiers.map((one) => ({ path: [`$['${namespace}']['${one}']`], intent_to_retain: false })),
      },
    },
  ],
})

const ecdsa = (key) => ({ key, dsaEncoding: 'ieee-p1363' })
export const signBytes = (data, { kty, crv, x, y, d }) =>
  new Uint8Array(sign('sha256', data, ecdsa(createPrivateKey({ format: 'jwk', key: { kty, crv, x, y, d } }))))
export const verifyBytes = (data, signature, jwk) =>
  verify('sha256', data, ecdsa(createPublicKey({ format: 'jwk', key: publicPart(jwk) })), signature)

const noMac = () => {
  throw new Error('nothing is authenticated by a MAC here')
}
export const mac0 = { sign: noMac, verify: noMac }
export const crypto = {
  random: (length) => new Uint8Array(randomBytes(length)),
  digest: ({ digestAlgorithm, bytes: data }) =>
    new Uint8Array(createHash(digestAlgorithm.replace('-', '')).update(data).digest()),
  calculateEphemeralMacKey: noMac,
  calculateEphemeralMacKeyJwk: noMac,
}

const fields = (name, wanted) =>
  name
    .split('\n')
    .map((line) => line.split('='))
    .filter(([key]) => key === wanted)
    .map(([, value]) => value)

export const x509 = {
  getIssuerNameField: ({ certificate, field }) => fields(new X509Certificate(certificate).issuer, field),
  getPublicKey: ({ certificate }) => new X509Certificate(certificate).publicKey.export({ format: 'jwk' }),
  verifyCertificateChain: ({ trustedCertificates, x5chain, now = new Date() }) => {
    const chain = x5chain.map((one) => new X509Certificate(one))
    const roots = trustedCertificates.map((one) => new X509Certificate(one))
    for (const [place, one] of chain.entries()) {
      const above = chain[place + 1] ?? roots.find((root) => one.checkIssued(root))
      if (!above || !one.checkIssued(above) || !one.verify(above.publicKey)) throw new Error('chain ends at no root')
      if (now < new Date(one.validFrom) || now > new Date(one.validTo)) throw new Error('certificate is not valid now')
    }
  },
  getCertificateData: ({ certificate }) => {
    const one = new X509Certificate(certificate)
    return {
      issuerName: one.issuer,
      subjectName: one.subject,
      serialNumber: one.serialNumber,
      thumbprint: one.fingerprint256,
      notBefore: new Date(one.validFrom),
      notAfter: new Date(one.validTo),
      pem: one.toString(),
    }
  },
}
