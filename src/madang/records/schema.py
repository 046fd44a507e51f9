"""Every table of the records, declared once; `migrations` bring a database to it, and a test compares the two.

Text sorts by its bytes in both databases, so that a prefix is a range and pages come in one order.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
}
metadata = MetaData(naming_convention=NAMES)


def words(length: int) -> String:
    """Text of at most so many characters, sorted by its bytes."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


PROJECTIONS = Table(
    "projection",
    metadata,
    Column("name", words(48), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("chain", words(32), nullable=False),
    Column("height", BigInteger, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
)
"""Up to which block a projection has come, and the log's root there: it goes on only where the log does."""

# fmt: off
APPEALS = Table(
    "appeal",
    metadata,
    Column("number", words(22), primary_key=True),
    Column("programme", words(48), nullable=False),
    Column("appellant", words(43), nullable=False),
    Column("matter", words(24), nullable=False),
    Column("ground", words(24), nullable=False),
    Column("office", words(43), nullable=False),
    Column("channel", words(16), nullable=False),
    Column("status", words(16), nullable=False),
    Column("handler", words(43), nullable=False),
    Column("outcome", words(16), nullable=False),
    Column("follows", words(64), nullable=False),
    Column("evidence", Integer, nullable=False),
    Column("lodged_at", BigInteger, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("closed_at", BigInteger, nullable=False),
    # Every filter reads this alone, in the order of the list: a row is looked up only to be shown.
    Index(
        "ix_appeal_list",
        "office", "deadline", "number", "status", "programme", "matter", "ground", "outcome", "handler", "lodged_at",
    ),
    Index(None, "appellant"),
    Index(None, "follows"),
)
# fmt: on
"""Appeals as the ledger has them, to be listed. `evidence` counts digests; 0 and '' stand for what is not there yet."""

# fmt: off
APPLICATIONS = Table(
    "application",
    metadata,
    Column("number", words(22), primary_key=True),
    Column("programme", words(48), nullable=False),
    Column("instalment", Integer, nullable=False),
    Column("ground", words(24), nullable=False),
    Column("applicant", words(43), nullable=False),
    Column("holder", words(43), nullable=False),
    Column("channel", words(16), nullable=False),
    Column("status", words(16), nullable=False),
    Column("authority", words(43), nullable=False),
    Column("evidence", Integer, nullable=False),
    Column("entered_at", BigInteger, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("closed_at", BigInteger, nullable=False),
    Column("reference", words(64), nullable=False),
    Column("declined", words(24), nullable=False),
    Index("ix_application_list", "programme", "deadline", "number", "status", "ground", "channel"),
)
"""Applications as the ledger has them, to be listed. `evidence` counts digests."""

DECIDING = Table(
    "deciding",
    metadata,
    Column("programme", words(48), primary_key=True),
    Column("office", words(43), primary_key=True),
    Column("role", words(16), primary_key=True),
    Index(None, "office"),
)
"""Which institutions decide on a programme's applications, as `sponsor` or as `authority`."""

FLAGS = Table(
    "flag",
    metadata,
    Column("number", words(32), primary_key=True),
    Column("programme", words(48), nullable=False),
    Column("sort", words(16), nullable=False),
    Column("subject", words(43), nullable=False),
    Column("reason", words(24), nullable=False),
    Column("source", words(16), nullable=False),
    Column("raised_by", words(43), nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("case", words(32), nullable=False),
    Column("standing", words(16), nullable=False),
    Index("ix_flag_list", "programme", "number", "standing", "reason", "sort", "source"),
)
"""Flags as the ledger has them: waiting, in a case, or set aside. A number begins with the second of its raising."""

DISPUTES = Table(
    "dispute",
    metadata,
    Column("case", words(32), primary_key=True),
    Column("handler", words(43), nullable=False),
    Column("programme", words(48), nullable=False),
    Column("holder", words(43), nullable=False),
    Column("payee", words(43), nullable=False),
    Column("ground", words(24), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    Column("answer_by", BigInteger, nullable=False),
    Column("decide_by", BigInteger, nullable=False),
    Column("answered", words(8), nullable=False),
    Column("standing", words(16), nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("credited", BigInteger, nullable=False),
    Column("charged", BigInteger, nullable=False),
    Index("ix_dispute_list", "handler", "decide_by", "case", "standing", "ground", "answered", "programme"),
)
"""Disputes as the ledger has them, to be listed."""

SHOPS = Table(
    "shop",
    metadata,
    Column("merchant", words(43), primary_key=True),
    Column("region", words(10), nullable=False),
    Column("industry", words(6), nullable=False),
    Column("category", words(4), nullable=False),
    Column("sales_class", words(16), nullable=False),
    Column("standing", words(16), nullable=False),
    Index(None, "standing", "region", "merchant"),
)
"""Merchants as the ledger has them. What they are called is not there: see `SHOP_NAMES`."""

SHOP_NAMES = Table(
    "shop_name",
    metadata,
    Column("merchant", words(43), primary_key=True),
    Column("name", words(100), nullable=False),
)
"""What the operator's directory calls a merchant. It is entered, not made from the ledger."""

SPENDING = Table(
    "spending",
    metadata,
    Column("programme", words(48), primary_key=True),
    Column("day", words(10), primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("region", words(5), primary_key=True),
    Column("industry", words(2), primary_key=True),
    Column("payments", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
)
"""What vouchers paid, in won, by day and hour in Seoul when it was paid, and where: district and industry division."""

SPENT_PARTS = Table(
    "spent_part",
    metadata,
    Column("part", LargeBinary(32), primary_key=True),
    Column("region", words(5), nullable=False),
    Column("industry", words(2), nullable=False),
    Column("refunded", BigInteger, nullable=False),
)
"""What was counted of a part of a payment, under a digest of its key: nothing that leads to a person."""
# fmt: on

HELD_PARTS = Table(
    "held_part",
    metadata,
    Column("programme", words(48), primary_key=True),
    Column("part", words(96), primary_key=True),
    Column("merchant", words(43), nullable=False),
    Column("payment", words(48), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Index(None, "merchant", "at"),
)
"""Parts of payments of which a shop holds something for a delivery (won), as long as it does."""

ENTRIES = Table(
    "entry",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("party", words(43), nullable=False),
    Column("act", words(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("height", BigInteger, nullable=False),
    Column("id", words(32), nullable=False),
    Column("outcome", words(8), nullable=False),
    Column("code", words(64), nullable=False),
    Index(None, "party", "position", "number"),
    Index(None, "at", "position"),
)
"""Who asked for what, one row an act: `position` of its transaction in the log, `number` of the act in it."""

VAULT_KEYS = Table(
    "vault_key",
    metadata,
    Column("name", words(16), primary_key=True),
    Column("master", words(16), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
"""Keys of the vault as a whole, each wrapped by the master key of that identifier."""

VAULT_PEOPLE = Table(
    "vault_person",
    metadata,
    Column("person", words(22), primary_key=True),
    Column("master", words(16), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("data_key", LargeBinary, nullable=False),
    Column("digest_key", LargeBinary, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("erased_at", BigInteger, nullable=False),
)
"""A person's wrapped keys (empty once destroyed), and the code over all of the person's items."""

VAULT_ALIASES = Table(
    "vault_alias",
    metadata,
    Column("alias", words(64), primary_key=True),
    Column("person", words(22), ForeignKey("vault_person.person"), nullable=False, index=True),
)
"""Which person a party of the ledger is: under a keyed digest of the party."""

VAULT_ITEMS = Table(
    "vault_item",
    metadata,
    Column("item", words(22), primary_key=True),
    Column("person", words(22), ForeignKey("vault_person.person"), nullable=False, index=True),
    Column("purpose", words(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("keep_until", BigInteger, nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("sealed_hash", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("named", words(64), nullable=False, server_default=""),
)
"""What is kept, encrypted. By `named` an item is found that the ledger names; without the key it says nothing."""

VAULT_ACCESSES = Table(
    "vault_access",
    metadata,
    Column("access", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("officer", words(43), nullable=False),
    Column("why", words(16), nullable=False),
    Column("what", words(16), nullable=False),
    Column("person", words(22), nullable=False, index=True),
    Column("item", words(22), nullable=False),
    Index(None, "officer", "access"),
)
"""Who did what with whose data, and why. Rows are only ever added."""

NOTICES = Table(
    "notice",
    metadata,
    Column("key", words(64), primary_key=True),
    Column("recipient", words(43), nullable=False),
    Column("kind", words(24), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("programme", words(48), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("number", words(4), nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("detail", words(32), nullable=False),
    Column("planned", Integer, nullable=False),
    Column("position", BigInteger, nullable=False, server_default="-1"),
    Index(None, "recipient", "at", "key"),
    Index(None, "planned", "at"),
)
"""What people are told, once each: `key` stands for what happened. `planned` is 1 once it is known how it is sent.

`position` is where in the log that transaction stands; -1 where it is of none, as a reminder.
"""

NOTICE_DELIVERIES = Table(
    "notice_delivery",
    metadata,
    Column("key", words(64), ForeignKey("notice.key"), primary_key=True),
    Column("channel", words(16), primary_key=True),
    Column("status", words(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("done_at", BigInteger, nullable=False),
    Column("error", words(48), nullable=False),
    Index(None, "status", "due_at"),
)
"""A notice on a channel: waiting, sent, or dead once it is given up."""

NOTICE_VOUCHERS = Table(
    "notice_voucher",
    metadata,
    Column("programme", words(48), primary_key=True),
    Column("number", words(22), primary_key=True),
    Column("holder", words(43), nullable=False),
    Column("granted_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("usable", Integer, nullable=False),
    Index(None, "usable", "until"),
)
"""Whose voucher ends when, and whether there is still something to use: no amounts."""

NOTICE_REFUNDS = Table(
    "notice_refund",
    metadata,
    Column("part", LargeBinary(32), primary_key=True),
    Column("refunded", BigInteger, nullable=False),
)
"""How much of a part of a payment was given back so far, under a digest of its key; only of parts with a refund."""

NOTICE_TITLES = Table(
    "notice_title",
    metadata,
    Column("programme", words(48), primary_key=True),
    Column("language", words(2), primary_key=True),
    Column("title", words(200), nullable=False),
)

ISSUER_KEPT = Table(
    "issuer_kept",
    metadata,
    Column("place", LargeBinary(32), primary_key=True),
    Column("sort", words(8), nullable=False),
    Column("until", BigInteger, nullable=False, index=True),
    Column("uses", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index(None, "sort", "until"),
)
"""What an issuer of credentials remembers for a while, under digests: codes, tokens, and what was used up."""

ISSUER_CREDENTIALS = Table(
    "issuer_credential",
    metadata,
    Column("number", words(22), primary_key=True),
    Column("institution", words(32), nullable=False),
    Column("subject", words(22), nullable=False),
    Column("type", words(48), nullable=False),
    Column("format", words(16), nullable=False),
    Column("holder", words(43), nullable=False),
    Column("delivery", words(22), nullable=False),
    Column("status_uri", words(200), nullable=False),
    Column("status_index", BigInteger, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False, index=True),
    Column("standing", words(12), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index(None, "institution", "subject", "issued_at"),
    Index(None, "institution", "delivery"),
)
"""Credentials that were issued, and how they stand; nothing of what they say. `subject` is a person of the vault."""

ELIGIBILITY_OFFERS = Table(
    "eligibility_offer",
    metadata,
    Column("programme", words(48), primary_key=True),
    Column("offer", words(48), primary_key=True),
    Column("issued", BigInteger, nullable=False),
)
"""How many tokens of an offer were signed."""

ELIGIBILITY_ISSUES = Table(
    "eligibility_issue",
    metadata,
    Column("request", words(64), primary_key=True),
    Column("programme", words(48), nullable=False),
    Column("offer", words(48), nullable=False),
    Column("batch", BigInteger, nullable=False),
    Index(None, "programme", "offer", "batch"),
)
"""The digest of each request that was signed, and the hour in which it was."""

ELIGIBILITY_SUBJECTS = Table(
    "eligibility_subject",
    metadata,
    Column("purpose", words(128), primary_key=True),
    Column("instalment", Integer, primary_key=True),
    Column("subject", words(64), primary_key=True),
    Column("request", words(64), nullable=False),
)
"""Who was given something, and with which request; "" where it was not by a token."""
