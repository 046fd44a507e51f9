"""Blind signatures: whoever signs vouches for a message without ever seeing it (RSABSSA, RFC 9474).

For eligibility authorities, whose signature under a token says 'one of those whom I checked' and not which; for wallets
that ask for such tokens; for whoever checks one. The variants are RSABSSA-SHA384-PSS-Randomized, of which `prepare` is
the first step, and RSABSSA-SHA384-PSS-Deterministic, which is the same without it and only for messages that nobody can
guess (RFC 9474, sections 5 and 7.4).

    encoding   EMSA-PSS-ENCODE (RFC 8017, section 9.1.1)
    keys       keys of one purpose: 2048 to 4096 bits, exponent 65537, checked; at rest encrypted
    holder     prepare, blind, finalize: what the wallet does
    signing    blind_sign: what the authority does
    verifying  what anyone does, by the `cryptography` library alone

What is not constant time: Python's arithmetic. The private operation therefore works on a number that is random to
whoever sent it, with exponents that are random each time, and gives nothing out that it has not checked (RFC 9474,
section 7.1). The holder's operations take place on the holder's own machine, where nobody measures them.
"""

from madang.identity.blind.holder import Blinded, blind, finalize, prepare
from madang.identity.blind.keys import PublicKey, SigningKey
from madang.identity.blind.signing import blind_sign
from madang.identity.blind.verifying import verify

__all__ = ["Blinded", "PublicKey", "SigningKey", "blind", "blind_sign", "finalize", "prepare", "verify"]
