"""Routes that belong to no area: the front page, static files, preferences, the installable application's files."""

from urllib.parse import parse_qs, urlsplit

import msgspec
from litestar import Response, get, post

from madang.web.api.problems import Refused
from madang.web.site.forms import CONTROL
from madang.web.site.look import COOKIE, Preferences
from madang.web.site.visit import Visit, make_cookie

FOR_EVER = "public, max-age=31536000, immutable"
YEAR = 365 * 86400
MOST_FORM_BYTES = 64 * 1024


@get("/")
async def front(visit: Visit) -> Response[str]:
    """The way to every area."""
    return visit.page("site/front.html")


@get("/static/{release:str}/{name:path}")
async def static(visit: Visit, release: str, name: str) -> Response[bytes]:
    """A static file of this release. Raises `Refused` (404)."""
    statics = visit.site.look.statics
    found = statics.file(name.lstrip("/")) if release == statics.release else None
    if found is None:
        raise Refused(404, "http.not_found", "There is no such file in this release. Open the page again.")
    headers = {"cache-control": FOR_EVER, "vary": "accept-encoding"}
    if found.compressed is not None and "gzip" in visit.request.headers.get("accept-encoding", ""):
        return Response(found.compressed, media_type=found.media_type, headers={**headers, "content-encoding": "gzip"})
    return Response(found.content, media_type=found.media_type, headers=headers)


@post("/preferences")
async def choose(visit: Visit) -> Response[str]:
    """Keep language, size or shade, and go back to the page that asked. Raises `Refused` (400)."""
    asked = await read_form(visit)
    back = asked.pop("back", "/")
    try:
        wanted = msgspec.convert({**msgspec.structs.asdict(visit.wanted), **asked}, Preferences)
    except msgspec.ValidationError:
        raise Refused(400, "site.preferences", "There is no such choice. Go back and choose again.") from None
    return visit.redirect(local_path(back), [make_cookie(COOKIE, wanted.cookie(), YEAR)])


ROUTES = (front, static, choose)


def local_path(path: str) -> str:
    """The path where it is one of this site, else `/`: nobody is sent to another site by a link of ours."""
    parts = urlsplit(path)
    plain = (
        path.startswith("/")
        and not path.startswith("//")
        and "\\" not in path
        and path.isprintable()
        and path.isascii()
    )
    return path if plain and not parts.scheme and not parts.netloc else "/"


async def read_form(visit: Visit, most: int = MOST_FORM_BYTES) -> dict[str, str]:
    """The fields of a form of at most so many bytes, each once. Raises `Refused`: 400 `site.form`, 413 `http.size`."""
    body = await visit.request.body()
    if len(body) > most:
        raise Refused(413, "http.size", f"A form takes at most {most} bytes. Send less.")
    try:
        fields = parse_qs(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), errors="strict", max_num_fields=256
        )
    except ValueError:
        raise Refused(400, "site.form", "This form can't be read. Open the page again.") from None
    if any(len(values) != 1 for values in fields.values()):
        raise Refused(400, "site.form", "A field is there twice. Open the page again.")
    if any(CONTROL.search(values[0]) for values in fields.values()):
        raise Refused(400, "site.form", "A field holds a control character. Type it again.")
    return {name: values[0].strip() for name, values in fields.items()}
