"""Which institutions decide on a programme's applications: what rules and queries both ask."""

from madang.base.parties import queries as parties
from madang.base.programmes.queries import is_authority
from madang.base.programmes.state import PROGRAMMES
from madang.kernel.state import State
from madang.services.applications.state import AUTHORITIES


def decides(state: State, programme: str, institution: str) -> bool:
    """Whether an active institution decides on a programme: its sponsor, or an authority of its terms that the
    programme names still.
    """
    found = state.get(PROGRAMMES, programme)
    if found is not None and found.sponsor == institution:
        return parties.has_role(state, institution, "sponsor")
    named = state.get(AUTHORITIES, programme, institution) is not None
    return named and found is not None and is_authority(state, found, institution)
