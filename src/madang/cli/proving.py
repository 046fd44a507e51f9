"""madang prove: whether anything can go wrong with a programme, shown before it is published (docs/proofs.md)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from madang.cli import files
from madang.cli.differing import told
from madang.cli.talk import Json, patience, table, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.contract import Kind, Programme
    from madang.prover.results import Counterexample, Proof, Result

KindFile = Annotated[
    Path | None, typer.Option("--kind", help="Its kind, likewise; vouchers if not said.", exists=True, dir_okay=False)
]


def prove(
    file: Annotated[
        Path, typer.Argument(help="The programme, in YAML or canonical JSON.", exists=True, dir_okay=False)
    ],
    kind: KindFile = None,
    receipt: Annotated[Path | None, typer.Option("--receipt", help="Write the proof's receipt here.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the fields of `madang act programmes publish` here.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option("--check", help="Prove it again, and compare with this receipt.", exists=True, dir_okay=False),
    ] = None,
    widens: Annotated[
        Path | None,
        typer.Option(
            help="Prove, too, that it only widens this programme, so that it can take its place.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    force: files.Force = False,
    as_json: Json = False,
) -> None:
    """Prove that nothing can go wrong with a programme, or show a run in which something does; exit 1 if not proved."""
    for path in (receipt, output):
        if path is not None:
            files.check_free(path, force=force)
    import msgspec

    from madang.prover import installed, receipts

    kind_document, programme = _documents(file, kind)
    old = None if widens is None else _documents(widens, kind)
    started = time.perf_counter()
    with patience(f"Proving {programme.programme}"):
        proof = installed.prove(kind_document, programme, widens=old)
    seconds = time.perf_counter() - started
    made = receipts.receipt(proof)
    if receipt is not None:
        files.write(receipt, receipts.encode(made), force=force)
    if output is not None and proof.is_complete:
        fields = {"programme": programme.programme, "proof": receipts.summary(made)}
        files.write(output, msgspec.json.encode(fields), force=force)
    text = "\n".join(_lines(kind_document, programme, None if old is None else old[1], proof, seconds))
    tell(text, {"seconds": round(seconds, 3), "complete": proof.is_complete, "proof": proof}, as_json=as_json)
    if check is not None:
        differences = receipts.differences(receipts.load(check.read_bytes()), made)
        if differences:
            raise MadangError("prover.differs", f"The receipt says otherwise: {'; '.join(differences[:5])}.")
    if not proof.is_complete:
        raise MadangError(
            "prover.unproved", f"{programme.programme} is not proved, so it can't be published. Mend its documents."
        )


def _documents(file: Path, kind: Path | None) -> tuple[Kind, Programme]:
    """Kind and programme from YAML, or from the canonical JSON that a ledger gives under a digest."""
    from importlib import resources

    from madang import contract

    standard = resources.files(contract) / "documents" / "voucher.yaml"
    try:
        kind_text = kind.read_text(encoding="utf-8") if kind else standard.read_text(encoding="utf-8")
        if kind_text.startswith("{"):
            kind_document = contract.load_kind(kind_text.strip().encode())
        else:
            kind_document = contract.read_kind(kind_text, kind.name if kind else "voucher.yaml")
        text = file.read_text(encoding="utf-8")
        if text.startswith("{"):
            return kind_document, contract.load_programme(text.strip().encode(), kind_document)
        return kind_document, contract.read_programme(text, kind_document, file.name)
    except contract.ContractError as error:
        raise MadangError("programme.document", str(error)) from None
    except UnicodeDecodeError:
        raise MadangError("programme.encoding", "The file is not UTF-8. Save it as UTF-8.") from None


_STATUS = {"proved": "proved 증명됨", "off": "off 꺼짐", "refuted": "REFUTED 반증됨", "not_proved": "NOT PROVED 미증명"}


def _lines(kind: Kind, programme: Programme, old: Programme | None, proof: Proof, seconds: float) -> list[str]:
    name = programme.programme
    rows: list[tuple[str, ...]] = [(result.property, _STATUS[result.status], _why(result)) for result in proof.results]
    lines = [table(("property 성질", "result 결과", ""), rows)]
    for result in proof.results:
        for example in result.counterexamples:
            if old is None or not result.property.startswith("widens/"):
                lines += ["", *_example(result, example)]
            else:
                lines += ["", f"{result.property}:", *told(example, kind, old, programme)]
    shown = sum(result.status in ("proved", "off") for result in proof.results)
    claims = sum(result.claims for result in proof.results)
    lines += ["", f"{name}: {shown} of {len(proof.results)} properties proved ({claims} claims), {seconds:.1f} s"]
    return lines


def _why(result: Result) -> str:
    if result.property == "flows/through":
        return "no money gets from one outside account to another 돈이 흘러갈 길이 없음" if result.clauses else ""
    if result.property.startswith("flows/"):
        if result.status == "off":
            return "not used 쓰지 않음"
        return "money that comes in can't leave 들어온 돈이 나갈 길이 없음" if result.clauses else ""
    if result.property == "widens/parameters":
        return f"no rule reads them, and they differ: {', '.join(result.clauses)}" if result.clauses else ""
    if result.property.startswith("reachable/"):
        return _unreached(result)
    if result.status == "off":
        return f"the parameters don't allow it: {result.clauses[0]}"
    return f"these clauses contradict each other: {', '.join(result.clauses)}" if result.clauses else ""


def _unreached(result: Result) -> str:
    because = ", ".join(result.clauses) or "no record 기록 없음"
    if result.status == "off":
        return f"the parameters don't lead there: {because}"
    if result.status == "refuted":
        return f"this can never happen 일어날 수 없음: {because}"
    return "" if result.status == "proved" else "no run was found in which it happens 일어나는 경우를 찾지 못함"


RUN_WIDTH = 80
"""Columns of a run: what every terminal shows, and a letter prints."""

_FAULTS = {
    "out_of_range": "{what} leaves its declared range 범위를 벗어남",
    "unbalanced": "{what} moves otherwise than its records 기록과 계정이 어긋남",
    "violated": "{what} breaks an invariant 불변식 위반",
    "budget": "{what} falls below zero 계정이 음수가 됨",
    "wider": "allowed, though the specification says no 명세보다 넓게 허용",
    "narrower": "refused, though the specification says yes 명세보다 좁게 거절",
    "stranded": "{what}: no action can move this money any more 아무도 꺼낼 수 없는 돈",
    "broken": "{what} does not hold afterwards 불변식이 깨짐",
    "unnamed": "a rule about {what} is met by naming nothing 아무것도 적지 않으면 통과됨",
}


def _example(result: Result, example: Counterexample) -> list[str]:
    fault = _FAULTS[example.fault].format(what=example.what)
    head = f"{result.property}: {example.action + ': ' if example.action else ''}{fault}"
    if example.trace is None:
        if not example.state:
            return [head, "  The solver found no answer within its bound. 한도 안에서 답을 찾지 못했습니다."]
        state = ", ".join(f"{name}={value}" for name, value in example.state.items())
        note = "  No run was found. Not excluded is this state, which perhaps none reaches 배제되지 않은 상태:"
        return [head, note, *_wrapped(state)]
    lines = [f"{head} (replayed on the contract 재현됨)"]
    for number, step in enumerate(example.trace.steps, start=1):
        lines.append(f"  {number}  {_time(step.at)}  {step.action}")
        given = ", ".join(f"{name}={value}" for name, value in step.given.items())
        lines += [line for told in (_on(step), given) for line in _wrapped(told)]
    return lines


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, RUN_WIDTH, initial_indent=" " * 5, subsequent_indent=" " * 5, break_on_hyphens=False)


def _time(seconds: int) -> str:
    import datetime

    korea = datetime.timezone(datetime.timedelta(hours=9))
    return datetime.datetime.fromtimestamp(seconds, korea).strftime("%Y-%m-%d %H:%M:%S")


def _on(step: Any) -> str:
    return " ".join(each.key or f"{each.type}({', '.join(map(str, each.fact.values()))})" for each in step.on)
