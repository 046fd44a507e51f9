"""The card service: keeps the keys of cards and signs with one where QR and PIN are right.

For people without a phone, at the pads of shops and desks. It answers the ledger's module `base/cards`: a desk binds a
card there and allows a PIN to be chosen; here the person chooses it, and pays by it. A right PIN signs one act of one
sort, `cards.present`, within limits that the ledger keeps. Nothing here signs another, shows a PIN, or hands out a key.

What the loss of each costs: the database alone, nothing (keys are sealed, PINs hashed under a pepper, numbers
digested); the master key alone, nothing; both, the limits of every card until the cards are blocked. A database that is
put back from an older copy forgets the tries since then.

Limits: six digits, five tries until a desk resets them, twenty wrong tries an hour at one pad.
"""

from madang.cards.service import CardService, Presented
from madang.cards.store import Store
from madang.cards.vault import Vault, make_master_key, read_master_key

__all__ = ["CardService", "Presented", "Store", "Vault", "make_master_key", "read_master_key"]
