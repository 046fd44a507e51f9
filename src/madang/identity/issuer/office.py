"""What an issuer works with."""

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from madang.identity.institution import Institution
from madang.identity.issuer.store import Store
from madang.identity.status.register import StatusRegister
from madang.identity.trust import Trust
from madang.identity.verified import Claims


class Register(Protocol):
    """What an institution knows of people. A subject is the register's own handle, and says nothing to anybody."""

    def known(self, subject: str, kind: str) -> Claims | Literal["waiting"] | None:
        """What is known of somebody for a type, by the catalogue's names.

        `waiting` where an officer has still to see to it; None where there is nothing to issue.
        """


class Office(msgspec.Struct, frozen=True):
    """An institution that issues, with all that it needs. `trust` gives what the ledger says at the moment."""

    institution: Institution
    store: Store
    register: Register
    statuses: StatusRegister
    trust: Callable[[], Trust]

    @property
    def url(self) -> str:
        """Its identifier as issuer and as authorization server."""
        return self.institution.url

    def endpoint(self, name: str) -> str:
        """Where one of its endpoints is."""
        return f"{self.url}/{name}"
