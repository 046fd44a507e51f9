# sign.py
"""Signs a Madang transaction with the joserfc library.

    pip install joserfc
    python sign.py CHAIN KEY.json [KEY.json ...] < acts.json > transaction

KEY.json is a private P-256 key as a JWK. Post the result to /transactions: as application/jose if one key signed,
as application/jose+json if several did.
"""

import json
import secrets
import sys
import time
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey


def make_payload(chain: str, acts: list[dict[str, Any]], not_after: int = 0) -> bytes:
    payload = {"chain": chain, "id": secrets.token_hex(16), "not_after": not_after or int(time.time()) + 300}
    return json.dumps(payload | {"acts": acts}, separators=(",", ":")).encode()


def sign(payload: bytes, keys: list[ECKey]) -> str:
    headers = [{"alg": "ES256", "kid": key.thumbprint()} for key in keys]
    if len(keys) == 1:
        return jws.serialize_compact(headers[0], payload, keys[0])
    by_kid = {key.thumbprint(): key for key in keys}
    envelope = jws.serialize_json(
        [{"protected": header} for header in headers], payload, lambda signature: by_kid[signature.headers()["kid"]]
    )
    return json.dumps(envelope)


if __name__ == "__main__":
    chain, *files = sys.argv[1:]
    keys = [ECKey.import_key(json.loads(Path(name).read_text())) for name in files]
    sys.stdout.write(sign(make_payload(chain, json.load(sys.stdin)), keys))
