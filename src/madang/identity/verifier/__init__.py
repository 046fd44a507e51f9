"""Asking a wallet for credentials, and believing only what is proven: OpenID4VP 1.0 under HAIP 1.0.

For offices and services that need to know something of a person, such as that they live in a city, and nothing else.
A request asks for named claims of types of the catalogue, is signed, fetched once, and answered once, encrypted for a
key that it alone has. What was shown is kept in memory, for five minutes, and given once to whoever asked.

It trusts the ledger for who issues a type, and the holder's key for who presents. Who may ask for what, the wallet
reads on the ledger: a verifier that asks for more is refused there.
"""
