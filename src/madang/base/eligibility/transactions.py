"""Acts that open, count and close offers of tokens."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from madang.base.trust.transactions import Claim, TypeId
from madang.kernel.fields import Name, Time, Won
from madang.kernel.transaction import Act, Part

MAX_REQUIREMENTS = 16
MAX_VALUES = 16

Area = Annotated[
    str,
    Meta(pattern=r"^[0-9]{2,10}\Z", description="The first digits of legal-dong codes: a province, city or county."),
]
Instalment = Annotated[int, Meta(ge=1, le=1_000, description="Which of several grants to one subject.")]
Size = Annotated[int, Meta(ge=1, le=20, description="How many people live in the household.")]
AmountClass = Literal["a", "b", "c", "d", "e", "f"]
Issued = Annotated[int, Meta(ge=1, le=100_000_000, description="How many tokens.")]
Modulus = Annotated[
    str,
    Meta(
        pattern=r"^([A-Za-z0-9_-]{342}|[A-Za-z0-9_-]{512}|[A-Za-z0-9_-]{683})\Z",
        description="An RSA modulus of 2048, 3072 or 4096 bits in base64url; the exponent is 65537.",
    ),
]
Token = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z", description="32 random bytes in base64url.")]
Signature = Annotated[
    str,
    Meta(
        pattern=r"^([A-Za-z0-9_-]{342}|[A-Za-z0-9_-]{512}|[A-Za-z0-9_-]{683})\Z",
        description="An RSASSA-PSS signature in base64url, as long as the modulus.",
    ),
]
RequirementValue = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9._:+-]{1,64}\Z",
        description="A code, whole number or day (YYYY-MM-DD); true or false.",
    ),
]
Test = Literal["equals", "one_of", "begins_with", "at_least", "at_most", "before", "after", "identifies"]
"""How a claim is judged: by one value, several, or how its code begins; as a whole number; as a day. `identifies`: it
is judged by nothing, and says who the person is, or of whom the household is."""


class Requirement(Part, frozen=True, kw_only=True):
    """What a claim of a credential must be. `identifies` has no values, `one_of` and `begins_with` several, others one.

    The wallet is asked for exactly the claims that requirements name.

    `unnamed`: whoever shows it need not be named by it, so that an age can be proven in zero knowledge. **Somebody else
    can then lend a phone for it**, which the quorum accepts by saying so. An offer has at most one such requirement, an
    age (`age_over_NN`, `equals`, `true` or `false`), of a credential of which it requires nothing else.
    """

    credential: TypeId
    claim: Claim
    test: Test
    values: Annotated[list[RequirementValue], Meta(max_length=MAX_VALUES)] = field(default_factory=list)
    unnamed: bool = False


class Open(Act, frozen=True, kw_only=True, tag="eligibility.open"):
    """The quorum of an authority that the programme names opens an offer: what a token is worth, and what it takes.

    A token brings `amount` won in the area `region` for the `instalment`, which count from `since` up to, not
    including, `until` (the programme's own times where they are missing); `size` and `amount_class` are what the
    authority attests by it. It is claimed from `opens` up to, not including, `closes`. `key` signs the tokens of this
    offer and nothing else. The count of tokens never passes `most`.
    """

    quorum: ClassVar[bool] = True

    programme: Name
    offer: Name
    requirements: Annotated[list[Requirement], Meta(min_length=1, max_length=MAX_REQUIREMENTS)]
    amount: Won
    region: Area
    instalment: Instalment = 1
    size: Size = 1
    amount_class: AmountClass = "a"
    since: Time | None = None
    until: Time | None = None
    key: Modulus
    opens: Time
    closes: Time
    most: Issued


class Count(Act, frozen=True, kw_only=True, tag="eligibility.count"):
    """The authority says how many tokens of an offer it has signed in all. The number only rises.

    No more than so many are spent. Counted in batches, tokens of one batch can't be told apart by time.
    """

    programme: Name
    offer: Name
    issued: Issued


class Close(Act, frozen=True, kw_only=True, tag="eligibility.close"):
    """The quorum of the authority, or of the programme's sponsor, ends an offer at once: no token of it is spent more.

    What was claimed before stands.
    """

    quorum: ClassVar[bool] = True

    programme: Name
    offer: Name
