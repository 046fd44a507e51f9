"""The institution at this server that vouches for the wallet of its pages: `app.state.provider`, None without one."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from litestar import Litestar

from madang.identity.attesting import Provider
from madang.identity.institution import Institution, attester_of, open_attestation
from madang.kernel.errors import MadangError
from madang.web.api.application import Additions


def additions(institutions: Mapping[str, Institution], folder: Path, passphrase: str) -> Additions:
    """Nothing but the provider, as long as it is served.

    Raises `MadangError`: `institution.providers` (several vouch), what `open_attestation` raises.
    """
    provider = _provider(institutions, folder, passphrase)

    @asynccontextmanager
    async def vouching(app: Litestar) -> AsyncIterator[None]:
        app.state.provider = provider
        yield

    return Additions(lifespans=[vouching])


def _provider(institutions: Mapping[str, Institution], folder: Path, passphrase: str) -> Provider | None:
    found = [
        Provider(one, signer, attester_of(folder, name))
        for name, one in institutions.items()
        if (signer := open_attestation(folder, name, passphrase)) is not None
    ]
    if len(found) > 1:
        raise MadangError(
            "institution.providers",
            "Several institutions vouch for wallets here. Keep one, and take attestation.crt of the others away.",
        )
    return found[0] if found else None
