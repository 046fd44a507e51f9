import contextlib
import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.identity.certificates import LEAF_DAYS, PURPOSES, digest_of, follow, make_leaf, make_root
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW, certified, new_key

OFFICE = certified()
OTHER = certified("Other office")


def test_a_chain_leads_to_the_anchor_that_the_ledger_names():
    followed = follow(OFFICE.signer.chain, [OTHER.root, OFFICE.root], "credential", NOW)
    assert followed.key == OFFICE.key.public_key()
    assert followed.anchor == digest_of(OFFICE.root)
    assert (followed.since, followed.until) == (NOW, NOW + LEAF_DAYS * 86_400)


def test_an_anchor_that_the_wallet_sent_too_is_passed_over():
    assert follow([*OFFICE.signer.chain, OFFICE.root], [OFFICE.root], "credential", NOW).anchor == digest_of(
        OFFICE.root
    )


def test_one_certificate_may_stand_between():
    middle_key, leaf_key = new_key(), new_key()
    middle = _signed(OFFICE.root_key, OFFICE.root, middle_key.public_key(), ca=True, path=0)
    leaf = make_leaf(middle_key, middle, leaf_key.public_key(), "Signer", "credential", NOW)
    assert follow([leaf, middle], [OFFICE.root], "credential", NOW).key == leaf_key.public_key()


def _signed(
    key: ec.EllipticCurvePrivateKey,
    parent: bytes,
    public_key: ec.EllipticCurvePublicKey,
    ca: bool = False,
    path: int | None = None,
    digest: hashes.SHA384 | None = None,
    critical: x509.ExtensionType | None = None,
    eku: bool = True,
    usage: bool = True,
) -> bytes:
    begins = datetime.datetime.fromtimestamp(NOW, datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "made by hand")]))
        .issuer_name(x509.load_der_x509_certificate(parent).subject)
        .public_key(public_key)
        .serial_number(7)
        .not_valid_before(begins)
        .not_valid_after(begins + datetime.timedelta(days=100))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path), critical=True)
        .add_extension(
            x509.KeyUsage(usage and not ca, False, False, False, False, ca, False, False, False), critical=True
        )
    )
    if eku and not ca:
        made = made.add_extension(x509.ExtendedKeyUsage([PURPOSES["credential"]]), critical=True)
    if critical is not None:
        made = made.add_extension(critical, critical=True)
    return made.sign(key, digest or hashes.SHA256()).public_bytes(Encoding.DER)


def _by_hand(**said) -> list[bytes]:
    return [_signed(OFFICE.root_key, OFFICE.root, said.pop("public_key", new_key().public_key()), **said)]


def _under(parent_key, parent, **said) -> list[bytes]:
    return [make_leaf(parent_key, parent, new_key().public_key(), "x", said.get("purpose", "credential"), NOW)]


def _signed_middle() -> bytes:
    return _signed(OFFICE.root_key, OFFICE.root, new_key().public_key(), ca=True, path=0)


REFUSED = [
    ("certificate.chain", []),
    ("certificate.chain", [b"no certificate"]),
    ("certificate.chain", [b"x" * 5000]),
    ("certificate.chain", [*OFFICE.signer.chain] * 3),
    ("certificate.anchor", OTHER.signer.chain),
    ("certificate.anchor", _under(new_key(), OFFICE.root)),
    ("certificate.profile", _by_hand(public_key=ec.generate_private_key(ec.SECP384R1()).public_key())),
    ("certificate.profile", _by_hand(digest=hashes.SHA384())),
    ("certificate.profile", _by_hand(ca=True)),
    ("certificate.profile", _by_hand(eku=False)),
    ("certificate.profile", _by_hand(usage=False)),
    ("certificate.profile", _by_hand(critical=x509.InhibitAnyPolicy(1))),
    ("certificate.profile", _under(OFFICE.root_key, OFFICE.root, purpose="request")),
    ("certificate.profile", [*_under(OFFICE.key, OFFICE.signer.certificate), OFFICE.signer.certificate]),
    ("certificate.signature", [*OTHER.signer.chain, _signed_middle()]),
]


@pytest.mark.parametrize(("code", "chain"), REFUSED)
def test_refused(code, chain):
    with pytest.raises(MadangError) as refused:
        follow(chain, [OFFICE.root], "credential", NOW)
    assert refused.value.code == code


@pytest.mark.parametrize("now", [NOW - 1, NOW + LEAF_DAYS * 86_400])
def test_a_chain_counts_only_while_all_of_it_is_valid(now):
    with pytest.raises(MadangError) as refused:
        follow(OFFICE.signer.chain, [OFFICE.root], "credential", now)
    assert refused.value.code == "certificate.time"


def test_two_roots_of_one_name_are_told_apart():
    key = new_key()
    same_name = make_root(key, "Licence office", NOW)
    chain = _under(key, same_name)
    assert follow(chain, [OFFICE.root, same_name], "credential", NOW).anchor == digest_of(same_name)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_altered_byte_leads_elsewhere(data):
    leaf = OFFICE.signer.certificate
    signed = x509.load_der_x509_certificate(leaf).tbs_certificate_bytes
    place = data.draw(st.integers(0, len(leaf) - 1))
    altered = bytearray(leaf)
    altered[place] ^= data.draw(st.integers(1, 255))
    # Around what is signed the library takes a bit or two in another form, which means the same.
    if signed in bytes(altered):
        with contextlib.suppress(MadangError):
            assert follow([bytes(altered)], [OFFICE.root], "credential", NOW).key == OFFICE.key.public_key()
    else:
        with pytest.raises(MadangError):
            follow([bytes(altered)], [OFFICE.root], "credential", NOW)
