"""Of which types and elements anything is proven or believed at all."""

import re

from madang.identity.catalogue import CredentialType
from madang.kernel.errors import MadangError

_AGE = re.compile(r"age_over_[0-9]{2}\Z")
_KNOWN_TO_LIBRARY = frozenset({"org.iso.18013.5.1", "org.iso.23220.1", "eu.europa.ec.av.1", "eu.europa.ec.eudi.pid.1"})
"""The namespaces with ages in which the library looks for an element. There is no such list of document types."""


def is_provable(of: CredentialType, element: str) -> bool:
    """Whether it may be proven of this type at all."""
    try:
        check_provable(of, element)
    except MadangError:
        return False
    return True


def check_provable(of: CredentialType, element: str) -> None:
    """Whether it may be proven of this type at all.

    Raises `MadangError`: `zk.element` (no `age_over_NN` of the type), `zk.namespace` (the library does not know its
    namespace), `zk.status` (it has a status, which no proof shows).
    """
    if not of.doctype or not _AGE.match(element) or of.claim_of(element) is None:
        raise MadangError("zk.element", f"{element} is no age of this type of credential. Ask for age_over_NN.")
    if of.namespace not in _KNOWN_TO_LIBRARY:
        raise MadangError(
            "zk.namespace", f"The library proves nothing in {of.namespace}. A type with org.iso.23220.1 can be proven."
        )
    if not of.short_lived:
        raise MadangError(
            "zk.status",
            "This type of credential has a status, and a proof does not show it. Ask for one that lives for a day.",
        )
