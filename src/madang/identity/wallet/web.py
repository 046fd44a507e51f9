"""How a wallet asks the servers of issuers and verifiers: as all strangers are asked (`identity.fetching`).

On this very machine http will do, for trying things out.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from madang.identity import fetching
from madang.kernel.errors import MadangError

SECONDS = 60.0
"""How long an answer may take: a proof waits for its place, and is checked."""
MAX_ANSWER_BYTES = 4 * 1024 * 1024
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Answer(fetching.Answer, frozen=True):
    """What a server said."""

    def json(self) -> dict[str, object]:
        """The body as a JSON object; empty where it is none."""
        try:
            return msgspec.json.decode(self.body, type=dict[str, object])
        except msgspec.MsgspecError:
            return {}


def ask(method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    """Ask a server. Raises `MadangError` (`wallet.unreachable`): no answer, or an address that is none to ask."""
    try:
        said = fetching.ask(method, url, headers or {}, body, SECONDS, MAX_ANSWER_BYTES, "here")
    except MadangError as error:
        origin = "/".join(url.split("/")[:3])[:100]
        raise MadangError("wallet.unreachable", f"{origin} can't be asked. {error.message}") from None
    return Answer(said.status, said.headers, said.body)


def send_form(url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
    """Send a form. Raises what `ask` raises."""
    return ask("POST", url, urlencode(fields).encode(), {"content-type": FORM, **(headers or {})})


def send_json(url: str, content: object, headers: Mapping[str, str] | None = None) -> Answer:
    """Send JSON. Raises what `ask` raises."""
    return ask("POST", url, msgspec.json.encode(content), {"content-type": JSON, **(headers or {})})
