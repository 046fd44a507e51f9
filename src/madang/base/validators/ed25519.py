"""Ed25519 as CometBFT verifies it (ZIP 215), on whole numbers: the same answer on every machine and library.

Libraries disagree on signatures that only a cheat makes: `cryptography` compares the encoding of R, CometBFT compares
points after multiplying by eight. A validator that added a point of small order to R would be counted by CometBFT, and
no witness of its double vote would pass `cryptography`. So evidence is judged by the rule that counted the votes:

- R and the key are taken modulo p, with any sign of x = 0 (ZIP 215 section 'Specification');
- S must be below the order L, so that nobody can make a second signature from a first;
- [8][S]B = [8]R + [8][k]A, where k is SHA-512 of R, A and the message (RFC 8032 section 5.1.7).

A key to register is held to more (`is_proper_key`). Nothing here is secret, so nothing needs constant time; about two
milliseconds a signature. It signs nothing.
"""

import hashlib

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)
_SIGN = 1 << 255

Point = tuple[int, int, int, int]
"""X, Y, Z and T with x = X/Z, y = Y/Z, xy = T/Z (RFC 8032 section 5.1.4)."""

_IDENTITY: Point = (0, 1, 1, 0)


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) is one of this key (32 bytes) over the message, by ZIP 215."""
    a, r = _decode(key), _decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(key) != 32 or len(signature) != 64 or a is None or r is None or s >= _L:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    k = int.from_bytes(digest, "little") % _L
    difference = _add(_sum_of_two(s, _BASE, k, _negated(a)), _negated(r))
    return _is_identity(_eightfold(difference))


def is_proper_key(key: bytes) -> bool:
    """Whether these 32 bytes are a key on which all verifiers agree: canonical, on the curve, not of small order.

    A key of small order verifies what nobody signed, and two spellings of one key would be two validators.
    """
    encoded = int.from_bytes(key, "little") % _SIGN
    point = _decode(key)
    if len(key) != 32 or encoded >= _P or point is None:
        return False
    return not _is_identity(_eightfold(point))


def _decode(data: bytes) -> Point | None:
    """The point of an encoding, or None where there is none (RFC 8032 section 5.1.3, with the freedom of ZIP 215)."""
    encoded = int.from_bytes(data, "little")
    sign, y = encoded >> 255, encoded % _SIGN % _P
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x + u) % _P == 0:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (v * x * x - u) % _P:
        return None
    if x & 1 != sign:
        x = -x % _P
    return x, y, 1, x * y % _P


def _add(one: Point, other: Point) -> Point:
    """The sum of two points; complete, so it doubles too (RFC 8032 section 5.1.4)."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _sum_of_two(s: int, first: Point, k: int, second: Point) -> Point:
    """s times the first and k times the second point, bit by bit with the doublings shared."""
    choices = (_IDENTITY, first, second, _add(first, second))
    total = _IDENTITY
    for bit in range(_L.bit_length() - 1, -1, -1):
        total = _add(total, total)
        choice = (s >> bit & 1) + 2 * (k >> bit & 1)
        if choice:
            total = _add(total, choices[choice])
    return total


def _eightfold(point: Point) -> Point:
    for _ in range(3):
        point = _add(point, point)
    return point


def _negated(point: Point) -> Point:
    return -point[0] % _P, point[1], point[2], -point[3] % _P


def _is_identity(point: Point) -> bool:
    return point[0] % _P == 0 and (point[1] - point[2]) % _P == 0


def _base() -> Point:
    """The point B with y = 4/5 and an even x (RFC 8032 section 5.1)."""
    found = _decode((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
    if found is None:
        raise ArithmeticError("the base point is not on the curve")
    return found


_BASE = _base()
