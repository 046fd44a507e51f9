"""Every programme that is shipped is proved, and its receipt lies beside it."""

import pytest

from tools import write_proofs


@pytest.mark.fresh
@pytest.mark.parametrize("path", write_proofs.shipped(), ids=lambda path: path.stem)
def test_a_shipped_programme_has_its_proof(path):
    data, missing = write_proofs.made(path)
    assert missing == ()
    receipt = write_proofs.receipt_of(path)
    assert receipt.is_file() and receipt.read_bytes() == data, "run: python -m tools.write_proofs"
