"""Templates, and the preferences with which a page is shown."""

from collections.abc import Sequence
from typing import Any, Literal

import jinja2
import msgspec
from markupsafe import Markup

from madang.web.site import formats
from madang.web.site.areas import Area
from madang.web.site.statics import Statics
from madang.web.site.words import Language, Words

Size = Literal["medium", "large"]
Shade = Literal["system", "light", "dark"]
COOKIE = "__Host-madang-look"


class Preferences(msgspec.Struct, frozen=True):
    """In which language, how large, and how bright somebody wants the pages."""

    language: Language = "ko"
    size: Size = "medium"
    shade: Shade = "system"

    def cookie(self) -> str:
        """As the cookie's value."""
        return f"{self.language}.{self.size}.{self.shade}"


def preferences(cookie: str, accepted: str) -> Preferences:
    """From the cookie, else from `Accept-Language`, else Korean. What can't be read counts as missing."""
    try:
        language, size, shade = cookie.split(".")
        return msgspec.convert({"language": language, "size": size, "shade": shade}, Preferences)
    except (ValueError, msgspec.ValidationError):
        first = accepted.partition(",")[0].partition(";")[0].partition("-")[0].strip().lower()
        return Preferences("ko" if first in ("", "ko", "*") else "en")


class Look:
    """Renders templates of the areas and of the site with words, formats and static paths."""

    def __init__(self, areas: Sequence[Area], words: Words, statics: Statics) -> None:
        self.words = words
        self.statics = statics
        folders = {area.name: area.folder / "templates" for area in areas}
        self._environment = jinja2.Environment(
            loader=jinja2.PrefixLoader({name: jinja2.FileSystemLoader(folder) for name, folder in folders.items()}),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals["static"] = statics.path

    def render(self, template: str, wanted: Preferences, /, **values: Any) -> str:
        """A page as HTML. `t`, `won`, `day`, `moment`, `at` speak the wanted language."""
        language = wanted.language

        def t(key: str, **named: object) -> str:
            return self.words.say(language, key, **named)

        def at(second: int) -> Markup:
            return formats.time_element(second, language)

        return self._environment.get_template(template).render(
            t=t,
            at=at,
            won=lambda amount: formats.won(amount, language),
            day=lambda second: formats.day(second, language),
            moment=lambda second: formats.moment(second, language),
            look=wanted,
            **values,
        )
