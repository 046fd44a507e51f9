"""What programmes are called on pages."""

from madang.base.programmes.state import PROGRAMMES, documents_of
from madang.kernel.state import State
from madang.web.site.words import Language


def title(state: State, programme: str, language: Language) -> str:
    """A programme's title in this language, or its name where it has none or is unknown."""
    found = state.get(PROGRAMMES, programme)
    titles = documents_of(state, found)[1].title if found is not None else ()
    return next((one.text for one in titles if one.language == language), programme)
