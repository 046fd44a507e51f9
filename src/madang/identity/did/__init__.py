"""Decentralized identifiers (W3C DID Core 1.0): did:jwk for people's keys, did:webvh for everything with a history.

Institutions, things, data sets and contracts have a did:webvh each: a document with keys, controller and services, and
a file with every version of it, in which nothing can be changed afterwards without that being seen. The digest of each
version stands on the ledger (`base.anchors`), so that whoever has all keys can't put another history in its place.

    jwk          did:jwk of P-256
    webvh/       did:webvh 1.0: names, histories, resolving, writing
    base58, canonical, multikey, proofs   the encodings below it
"""
