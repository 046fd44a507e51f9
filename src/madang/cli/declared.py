"""madang act, madang query: a command for every act and every query, made from their declarations."""

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer
from typer.core import TyperGroup

from madang.cli import fields, values
from madang.cli.options import DEFAULT_URL, Passphrase, Url, key_names, keystore, open_wallets
from madang.cli.talk import Json, patience, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from collections.abc import Callable

    from madang.kernel.module import Module
    from madang.kernel.transaction import Act

READER = "reader"
OUR_OPTIONS = frozenset({"key", "url", "json", "as-json", "from-json", "passphrase-file", "sign-only", "help"})
"""A field that is named like one of these gets the option `--act-NAME`."""

Keys = Annotated[
    list[str],
    typer.Option("--key", help="Sign with this key; repeat for several signers.", autocompletion=key_names),
]
Key = Annotated[str, typer.Option("--key", help="Ask with this key.", autocompletion=key_names)]
FromJson = Annotated[
    Path | None,
    typer.Option("--from-json", help="A JSON object of fields; options go before it.", exists=True, dir_okay=False),
]
SignOnly = Annotated[
    bool, typer.Option("--sign-only", help="Print the signed transaction instead of sending it; needs --chain.")
]
ChainName = Annotated[str, typer.Option("--chain", help="The ledger's name; the node is asked if it is not given.")]
SIGNING = [
    inspect.Parameter("key", inspect.Parameter.KEYWORD_ONLY, annotation=Keys),
    inspect.Parameter("from_json", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=FromJson),
    inspect.Parameter("passphrase_file", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Passphrase),
    inspect.Parameter("chain", inspect.Parameter.KEYWORD_ONLY, default="", annotation=ChainName),
    inspect.Parameter("sign_only", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=SignOnly),
]
TALKING = [
    inspect.Parameter("url", inspect.Parameter.KEYWORD_ONLY, default=DEFAULT_URL, annotation=Url),
    inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Json),
]
READING = [
    inspect.Parameter("key", inspect.Parameter.KEYWORD_ONLY, annotation=Key),
    inspect.Parameter("passphrase_file", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Passphrase),
]
Asker = Annotated[
    str,
    typer.Option(
        "--key",
        help="Sign the question: officers of auditors, the operator and the central bank read totals of the last "
        "block, everybody else those of the minute.",
        autocompletion=key_names,
    ),
]
ASKING = [
    inspect.Parameter("key", inspect.Parameter.KEYWORD_ONLY, default="", annotation=Asker),
    inspect.Parameter("passphrase_file", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Passphrase),
]
TOTALLING = ("eligibility", "money", "programmes")
"""The modules with public totals."""


class _Modules(TyperGroup):
    """A group with a sub-group for each module; modules are imported when one is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the modules that have something here."""
        return [module.name for module in _modules() if self.has_any(module)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The sub-group of a module, or None."""
        module = next((one for one in _modules() if one.name == cmd_name and self.has_any(one)), None)
        if module is None:
            return None
        group = self.group_of(module)
        group.info.name = cmd_name
        command = typer.main.get_command(group)
        command.name = cmd_name
        return command

    def has_any(self, module: "Module") -> bool:
        """Whether this module has a command here."""
        raise NotImplementedError

    def group_of(self, module: "Module") -> typer.Typer:
        """The commands of this module."""
        raise NotImplementedError


class Acts(_Modules):
    """madang act."""

    def has_any(self, module: "Module") -> bool:
        """Whether the module declares acts."""
        return bool(module.rules)

    def group_of(self, module: "Module") -> typer.Typer:
        """A command for each act of the module."""
        from madang.kernel.transaction import type_name

        group = _group(module)
        for act in module.rules:
            group.command(_short(type_name(act)), no_args_is_help=True)(act_command(act))
        return group


class Queries(_Modules):
    """madang query."""

    def has_any(self, module: "Module") -> bool:
        """Whether the module offers queries."""
        return bool(module.queries)

    def group_of(self, module: "Module") -> typer.Typer:
        """A command for each query of the module."""
        group = _group(module)
        for query in module.queries:
            group.command(query.__name__.replace("_", "-"))(query_command(module.name, query))
        return group


def act_command(act: "type[Act]") -> "Callable[..., None]":
    """The command that makes, signs and submits one act."""
    import msgspec

    hints = get_type_hints(act, include_extras=True)
    kinds = {name: hints[name] for name in act.__struct_fields__}
    required = {one.name for one in msgspec.structs.fields(act) if one.required}
    parameters = [
        fields.parameter(
            f"field_{name}",
            _option(name),
            kind,
            required=name in required and name != "by",
            default="the party named by the first key" if name == "by" else "",
        )
        for name, kind in kinds.items()
    ]

    def run(**given: Any) -> None:
        ours = {name: given.pop(name) for name in list(given) if not name.startswith("field_")}
        told = values.members({name.removeprefix("field_"): value for name, value in given.items()}, kinds, _flag)
        _perform(act, kinds, told, **ours)

    return fields.signed_as(run, act.__name__, act.__doc__ or "", [*parameters, *SIGNING, *TALKING])


def _perform(
    act: "type[Act]",
    kinds: dict[str, Any],
    told: dict[str, Any],
    *,
    key: list[str],
    from_json: Path | None,
    passphrase_file: Path | None,
    chain: str,
    sign_only: bool,
    url: str,
    as_json: bool,
) -> None:
    from madang.cli.transactions import outcome_text
    from madang.client import Client, Problem, make_payload, sign

    def label(name: str) -> str:
        return _flag(name) if name in typed else f"{name} in {from_json}"

    typed = frozenset(told)
    told = {**_object(from_json, kinds), **told}
    if sign_only and not chain:
        raise typer.BadParameter("--sign-only needs --chain, the ledger's name.")
    # Everything is checked that can be before the passphrase is asked.
    for_itself = "by" not in told
    if for_itself:
        told["by"] = keystore().show(key[0]).kid
    values.check(told, kinds, label)
    made = _act(act, told)
    wallets = open_wallets(key, passphrase_file)
    if sign_only:
        print(sign(make_payload(chain, [made]), wallets).decode())
        return
    with patience("Waiting until it is durable"), Client(url) as client:
        result = client.submit(sign(make_payload(chain or client.chain, [made]), wallets))
    if isinstance(result, Problem):
        hint = _by_itself(key[0]) if for_itself and _is_of_who_asks(result.code) else ""
        tell(outcome_text(result) + hint, result, as_json=as_json)
        raise typer.Exit(1)
    tell(outcome_text(result), result, as_json=as_json)


def _is_of_who_asks(code: str) -> bool:
    """Whether a refusal may be for want of the right name in `by`; others speak of the act, whoever asks."""
    module, _, rest = code.partition(".")
    return module == "authority" or rest.startswith("not_")


def _by_itself(key: str) -> str:
    return (
        f"\nThere was no --by, so the key {key} asked for itself. "
        "If it asks for an institution, add the institution's name on the ledger, such as --by ministry."
    )


def _act(act: "type[Act]", told: dict[str, Any]) -> "Act":
    import msgspec

    from madang.kernel.transaction import type_name

    found = msgspec.structs.fields(act)
    missing = [_flag(one.name) for one in found if one.required and one.name not in told]
    if missing:
        raise typer.BadParameter("Missing: " + ", ".join(missing) + ".")
    # What an act carries unread, such as the acts of a proposal, stays text.
    told.update(
        {
            one.name: msgspec.Raw(msgspec.json.encode(told[one.name]))
            for one in found
            if one.type is msgspec.Raw and one.name in told
        }
    )
    return msgspec.convert({"type": type_name(act), **told}, act, strict=False)


def _object(file: Path | None, kinds: dict[str, Any]) -> dict[str, Any]:
    """The fields in a file. Raises `MadangError` (`cli.json`) for anything but fields of this act."""
    import msgspec

    if file is None:
        return {}
    try:
        found = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError) as error:
        raise MadangError("cli.json", f"{file} holds no JSON object: {error}.") from None
    if unknown := sorted(found.keys() - kinds.keys()):
        raise MadangError("cli.json", f"{file} has {unknown[0]!r}, which is no field here. Fields: {', '.join(kinds)}.")
    return found


def query_command(module: str, query: "Callable[..., Any]") -> "Callable[..., None]":
    """The command that asks a node one query."""
    hints = get_type_hints(query, include_extras=True)
    asked = [one for one in list(inspect.signature(query).parameters.values())[1:] if one.name != READER]
    signed = READER in hints
    empty = inspect.Parameter.empty
    parameters = [
        fields.parameter(
            f"field_{one.name}",
            _option(one.name),
            hints[one.name],
            required=one.default is empty,
            default="" if one.default in (empty, None, "") else str(one.default),
        )
        for one in asked
    ]
    required = [one.name for one in asked if one.default is empty]

    def run(**given: Any) -> None:
        told = {name.removeprefix("field_"): value for name, value in given.items() if name.startswith("field_")}
        told = {name: value for name, value in told.items() if value is not None}
        if missing := [_flag(name) for name in required if name not in told]:
            raise typer.BadParameter("Missing: " + ", ".join(missing) + ".")
        values.check(told, hints, _flag)
        _ask(module, query.__name__, told, given)

    asking = READING if signed else ASKING if module in TOTALLING else []
    return fields.signed_as(run, query.__name__, query.__doc__ or "", [*parameters, *asking, *TALKING])


def _ask(module: str, name: str, told: dict[str, Any], given: dict[str, Any]) -> None:
    import msgspec

    from madang.client import Client

    wallets = open_wallets([given["key"]], given["passphrase_file"]) if given.get("key") else [None]
    with patience("Asking the node"), Client(given["url"]) as client:
        answer = client.query(module, name, told, wallets[0])
    text = answer if isinstance(answer, str) else msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()
    tell(text if answer is not None else "nothing", answer, as_json=given["as_json"])


def _modules() -> "tuple[Module, ...]":
    from madang.app import MODULES

    return MODULES


def _group(module: "Module") -> typer.Typer:
    doc = (inspect.getdoc(inspect.getmodule(next(iter(module.rules))) or module) if module.rules else "") or ""
    return typer.Typer(no_args_is_help=True, add_completion=False, help=doc.splitlines()[0] if doc else module.name)


def _short(name: str) -> str:
    return name.partition(".")[2].replace("_", "-")


def _flag(name: str) -> str:
    return f"--{_option(name)}"


def _option(name: str) -> str:
    option = name.replace("_", "-")
    return f"act-{option}" if option in OUR_OPTIONS else option
