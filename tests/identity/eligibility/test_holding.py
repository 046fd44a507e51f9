"""What a wallet makes of a blind signature, and that it takes none under a key that only it was given."""

import pytest

from madang.identity.blind import SigningKey, blind_sign
from madang.identity.eligibility.holding import ask, token_of
from madang.kernel.errors import MadangError
from tests.base.eligibility.scene import key, offered
from tests.identity.eligibility.scene import view_of
from tests.support.cast import ALICE

VIEW = view_of(offered())


def test_tokens_are_fresh_and_of_the_form_that_the_act_takes():
    first, second = ask(VIEW, ALICE.party), ask(VIEW, ALICE.party)
    assert first.prepared != second.prepared
    token, signature = token_of(VIEW, first, blind_sign(key(), first.blinded))
    assert (len(token), len(signature)) == (43, 342)


def test_a_key_of_ones_own_is_refused():
    """An authority that tags people with keys is found out at once."""
    asked, own = ask(VIEW, ALICE.party), SigningKey.generate()
    fitting = int.from_bytes(asked.blinded, "big") % own.public.modulus
    with pytest.raises(MadangError) as refused:
        token_of(VIEW, asked, blind_sign(own, fitting.to_bytes(256, "big")))
    assert refused.value.code == "blind.signature"
