"""The published checkpoint as the explorer shows it: who cosigned it, and who did not."""

from madang.log.checkpoint import Checkpoint
from madang.web.explorer.overview import read_published
from tests.log.reference import LOG_KEY, WITNESSES, cosigned


def test_each_witness_is_shown_with_the_time_of_its_cosignature_or_without():
    root = bytes(range(32))
    note = cosigned(Checkpoint(LOG_KEY.name, 11, root), WITNESSES[:2])
    keys = tuple(one.verifier() for one in WITNESSES[:3])
    found = read_published(note, keys)
    assert (found.note, found.size, found.root) == (note.decode(), 11, root.hex())
    assert [(one.name, one.key) for one in found.cosignatures] == [(key.name, str(key)) for key in keys]
    assert [one.time is None for one in found.cosignatures] == [False, False, True]
    assert read_published(note, ()).cosignatures == ()
