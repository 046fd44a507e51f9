"""An issuer of credentials to wallets: OpenID4VCI 1.0 under HAIP 1.0, and the authorization server that it needs.

For institutions that the ledger names as issuers. Nothing here knows of HTTP frameworks or of pages: a request comes in
as `wire.Request` and goes out as `wire.Reply`; who a person is, pages find out (`authorizing.decide`) or an officer
did (`offers.make_offer`).

    wire           requests, replies, and refusals: constant on the wire, told in detail to the operator
    office         what an issuer works with: its institution, store, register, status lists, and the ledger's trust
    store          what it must remember, as a protocol: one-time values, and what was issued
    nonces         one-time values that need no memory until they are used
    dpop, attestation   proofs of wallets: of keys (RFC 9449), of who made them, of where keys lie
    metadata       what wallets read first
    offers, authorizing, tokens   the two ways to an access token: a code handed over, and a person who signs in
    proofs, preparing, making, credentials   from a request to credentials, checked before they are signed
    notifying      what wallets tell afterwards

It trusts the ledger for who attests wallets, the register for what is known of people, and nobody else. The store never
holds a claim, a code or a token: digests, and what was issued under which number. Limits stand in each file.
"""
