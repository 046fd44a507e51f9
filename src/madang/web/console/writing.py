"""Writing a programme: a preset or a text of one's own, what is wrong with it or what it means, samples, proof."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post

from madang import contract as language
from madang.base.money import queries as money
from madang.base.parties.queries import has_role
from madang.base.programmes.queries import ProgrammeView, document, programme, successor
from madang.base.programmes.state import PROGRAMMES, compiled
from madang.base.programmes.transactions import Amend, Draft, Publish, Succeed
from madang.contract import Contract, Kind, Programme
from madang.presentation import Explanation, explain_programme
from madang.services.vouchers.state import KINDS
from madang.web.api.problems import Refused
from madang.web.console import trying
from madang.web.console.bench import bench_of
from madang.web.console.checking import MOST_BYTES, Checked, check
from madang.web.console.fields import midnight, read_day
from madang.web.console.presets import preset_text, presets
from madang.web.console.proofs import LIMIT_SECONDS, can_prove, proofs_of, read_written
from madang.web.console.trying import Asked
from madang.web.offices.offering import offer
from madang.web.offices.office import office, programme_of
from madang.web.site.formats import KOREA
from madang.web.site.forms import read_amount
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit
from madang.web.site.words import Language

WITH_OLD = 3
"""How many documents the proof of a successor is of."""
NOON = 12 * 3_600
MOST_FORM_BYTES = 3 * MOST_BYTES + 4_096
"""A document as a form sends it: each byte of a Korean letter takes three."""
_NO_SAMPLES: dict[str, Any] = {"rows": [], "grants": [], "asked": None}


@get("/write")
async def write(visit: Visit, preset: str = "") -> Response[str]:
    """The editor, empty or with a shipped programme."""
    _ = office(visit)
    known = preset in [one.name for one in presets()]
    return await _editor(visit, preset_text(preset) if known else "", "", preset if known else "")


@post("/write", status_code=200, request_max_body_size=MOST_FORM_BYTES)
async def send(visit: Visit) -> Response[str]:
    """Check what was written; with `what` = prove, begin to prove it; with `what` = draft, offer to store it."""
    one = office(visit)
    fields = await read_form(visit, MOST_FORM_BYTES)
    text = fields.get("text", "").replace("\r\n", "\n")
    bank, what = fields.get("bank", ""), fields.get("what", "")
    if len(text.encode()) > MOST_BYTES:
        raise Refused(413, "http.size", "The document is too long. Shorten it.")
    checked = await bench_of(visit).run(lambda: check(text))
    if checked.programme is None or what not in ("draft", "prove"):
        return await _editor(visit, text, bank, "", checked)
    if what == "prove":
        proofs_of(visit).start(checked.digests, checked.texts)
        return await _editor(visit, text, bank, "", checked)
    name, (kind, written) = checked.programme.programme, checked.texts
    found = programme(visit.state, name)
    if found is not None and found.status == "open" and found.sponsor == one.name:
        return offer(visit, [Succeed(by=one.name, programme=name, document=written)], "/console/write")
    if bank not in _banks(visit):
        return await _editor(visit, text, bank, "", checked, visit.say("console.write.bank_form"))
    act = Draft(by=one.name, programme=name, bank=bank, kind=kind, document=written)
    return offer(visit, [act], "/console/write")


async def _editor(
    visit: Visit, text: str, bank: str, preset: str, checked: Checked | None = None, bank_error: str = ""
) -> Response[str]:
    explained, shown, job = None, _NO_SAMPLES, None
    if checked is not None and checked.programme is not None:
        right = checked.kind, checked.programme
        explained, shown = await bench_of(visit).run(lambda: _explained(visit, *right))
        job = proofs_of(visit).find(checked.digests)
    return visit.page(
        "console/write.html",
        422 if bank_error or (checked and checked.problems) else 200,
        text=text,
        lines=text.count("\n") + 1,
        bank=bank,
        banks=[(one, visit.named(one)) for one in _banks(visit)],
        bank_error=bank_error,
        preset=preset,
        titled=[(one.name, one.titles.get(visit.wanted.language, one.name)) for one in presets()],
        checked=checked,
        explained=explained,
        digests=checked.digests if explained and checked else None,
        job=job,
        limit=LIMIT_SECONDS,
        **shown,
    )


def _banks(visit: Visit) -> list[str]:
    """The banks that may keep a programme's money, by their names on the ledger."""
    return [name for name, _ in money.banks(visit.state) if has_role(visit.state, name, "treasury")]


def _explained(visit: Visit, kind: Kind, programme: Programme) -> tuple[Explanation, dict[str, Any]]:
    """What a document means, and what it does with samples."""
    contract = language.compile(kind, programme)
    asked = _asked({}, contract, visit.now, visit.wanted.language)
    return explain_programme(kind, programme, visit.wanted.language), _samples(visit, contract, asked)


def _samples(visit: Visit, contract: Contract, asked: Asked) -> dict[str, Any]:
    """Sample payments and grants, where the contract is of the kind that they are made for."""
    if not trying.can_try(contract):
        return {**_NO_SAMPLES, "asked": asked}
    language = visit.wanted.language
    return {
        "rows": trying.spending(contract, asked, language),
        "grants": trying.granting(contract, asked, language),
        "asked": asked,
    }


def _asked(fields: dict[str, str], contract: Contract, now: int, language: Language) -> Asked:
    """What to try as asked, else something usual: noon of a day on which the programme runs, and goods that it pays."""
    opens, closes = int(contract.parameters.get("opens", 0)), int(contract.parameters.get("closes", 2**40))
    day = read_day(fields.get("day", ""))
    at = midnight(day) + NOON if day else now if opens <= now < closes else opens + 86_400 + NOON
    hour = fields.get("hour", "")
    if hour.isascii() and hour.isdigit() and int(hour) < 24:
        at += (int(hour) - datetime.fromtimestamp(at, KOREA).hour) * 3_600
    region = fields.get("region", "")
    wanted = Asked(
        amount=min(read_amount(fields.get("amount", "")) or 10_000, 100_000_000),
        at=at,
        region=region if region.isascii() and region.isdigit() and 2 <= len(region) <= 10 else "26",
        goods=fields.get("goods", "")[:64],
        listed=fields.get("listed", "") != "no",
    )
    return wanted if any(fields.values()) or not trying.can_try(contract) else trying.usual(contract, wanted, language)


@get("/programmes/{name:str}/try")
async def try_out(
    visit: Visit,
    name: str,
    amount: str = "",
    day: str = "",
    hour: str = "",
    region: str = "",
    goods: str = "",
    listed: str = "",
) -> Response[str]:
    """A stored programme on samples, with an amount, time, area and goods of one's choice."""
    view = programme_of(visit, name)
    found = visit.state.get(PROGRAMMES, name)
    if found is None or found.kind not in KINDS:
        raise Refused(404, "console.programme", "Samples are for programmes of vouchers.")
    contract = compiled(visit.state, found).contract
    fields = {"amount": amount, "day": day, "hour": hour, "region": region, "goods": goods, "listed": listed}
    asked = await bench_of(visit).run(lambda: _asked(fields, contract, visit.now, visit.wanted.language))
    at = datetime.fromtimestamp(asked.at, KOREA)
    shown = await bench_of(visit).run(lambda: _samples(visit, contract, asked))
    return visit.page(
        "console/try.html",
        view=view,
        on=at.date().isoformat(),
        hour=at.hour,
        hours=[(str(one), f"{one:02d}:00") for one in range(24)],
        **shown,
    )


@get("/proofs/{kind:str}/{programme:str}")
async def proof_part(visit: Visit, kind: str, programme: str, widens: str = "") -> Response[str]:
    """How far a proof is: the part of a page that asks again while it runs."""
    _ = office(visit)
    digests = tuple(one for one in (kind, programme, widens) if one)
    job = proofs_of(visit).find(digests)
    if job is None:
        raise Refused(404, "console.proof", "This server knows no such proof. Begin it again.")
    return visit.page("console/proof_part.html", job=job, digests=digests, limit=LIMIT_SECONDS)


@get("/programmes/{name:str}/proof")
async def proof(visit: Visit, name: str) -> Response[str]:
    """The proof of a stored programme or of its proposed successor, and putting it in force where it is complete."""
    return _proof_page(visit, programme_of(visit, name))


@post("/programmes/{name:str}/proof", status_code=200)
async def publish(visit: Visit, name: str) -> Response[str]:
    """Begin to prove, or offer to publish (or amend) with a proof that was made here or is handed in."""
    view, one = programme_of(visit, name), office(visit)
    form = await read_form(visit)
    digests = _to_prove(visit, view)
    if form.get("what") == "prove":
        proofs_of(visit).start(digests, tuple(document(visit.state, digest) or "" for digest in digests))
        return _proof_page(visit, view)
    if form.get("what") == "publish":
        job = proofs_of(visit).find(digests)
        made = job.proof if job else None
    else:
        made = read_written(form.get("proof", "").encode())
    if made is None:
        return _proof_page(visit, view, visit.say("console.proof.form"))
    act = (Publish if view.status == "approved" else Amend)(by=one.name, programme=name, proof=made)
    return offer(visit, [act], f"/console/programmes/{name}/proof")


def _to_prove(visit: Visit, view: ProgrammeView) -> tuple[str, ...]:
    """What is to be proved: its documents, or where it is open that the proposed successor widens them."""
    proposed = successor(visit.state, view.name) if view.status == "open" else None
    return (view.kind, proposed, view.document) if proposed else (view.kind, view.document)


def _proof_page(visit: Visit, view: ProgrammeView, error: str = "") -> Response[str]:
    digests, one = _to_prove(visit, view), office(visit)
    waits = view.status == "approved" or len(digests) == WITH_OLD
    return visit.page(
        "console/proof.html",
        422 if error else 200,
        view=view,
        job=proofs_of(visit).find(digests),
        digests=digests,
        limit=LIMIT_SECONDS,
        can_prove=can_prove(),
        may_publish=waits and one.has("operator"),
        error=error,
    )


ROUTES = (write, send, try_out, proof_part, proof, publish)
