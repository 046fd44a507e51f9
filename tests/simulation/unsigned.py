"""Envelopes for tests that leave out the arithmetic of signatures, which is tested elsewhere."""

import base64
import json

from tests.support.signing import Wallet


def unsigned(payload: bytes, signers: list[Wallet]) -> bytes:
    """An envelope of the right form whose signatures nobody looks at."""

    def encode(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    def header(one: Wallet) -> str:
        return encode(json.dumps({"alg": "ES256", "kid": one.kid}).encode())

    if len(signers) == 1:
        return f"{header(signers[0])}.{encode(payload)}.{encode(bytes(64))}".encode()
    signatures = [{"protected": header(one), "signature": encode(bytes(64))} for one in signers]
    return json.dumps({"payload": encode(payload), "signatures": signatures}).encode()
