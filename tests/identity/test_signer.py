import hashlib

import pytest

from madang.identity.signer import signer
from madang.kernel.errors import MadangError
from madang.kernel.signature import verify
from tests.identity.institutions import certified, new_key


def test_a_signer_signs_with_the_key_of_its_first_certificate():
    office = certified()
    value = office.signer.sign(b"something")
    assert len(value) == 64
    assert verify(office.key.public_key(), hashlib.sha256(b"something").digest(), value)
    assert office.signer.certificate == office.signer.chain[0]


@pytest.mark.parametrize("chain", [[], "other"])
def test_a_key_without_its_certificate_is_no_signer(chain):
    office = certified()
    with pytest.raises(MadangError) as refused:
        signer(new_key(), list(office.signer.chain) if chain else [])
    assert refused.value.code == "signer.certificate"
