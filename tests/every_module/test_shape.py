"""The shape that every module has, so that a reader who knows one knows all, and strict reading can rely on it."""

import ast
import importlib
import inspect
from pathlib import Path

import msgspec
import pytest
from msgspec import inspect as shapes

from madang.app import MODULES
from madang.kernel import fields
from madang.kernel.authority import KEYS
from madang.kernel.authority import PARTIES as PARTY_TABLE
from madang.kernel.machine import PAUSES, UPGRADES
from madang.kernel.module import Module
from madang.kernel.state import Record
from madang.kernel.transaction import Act, Part, type_name
from tests.every_module.strategies import shapes_in

ACTS = [act for module in MODULES for act in module.rules]
OF_THE_KERNEL = {KEYS.name, PARTY_TABLE.name, PAUSES.name, UPGRADES.name}
EACH_MODULE = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
EACH_ACT = pytest.mark.parametrize("act", ACTS, ids=type_name)


def folder_of(module: Module) -> Path:
    """Where a module's files are."""
    rule = next(iter(module.rules.values()))
    return Path(inspect.getfile(inspect.unwrap(rule))).parent


def package_of(module: Module) -> str:
    return next(iter(module.rules.values())).__module__.rpartition(".")[0]


def test_names_are_used_once():
    names = [module.name for module in MODULES]
    tables = [table.name for module in MODULES for table in module.tables]
    assert len(set(names)) == len(names)
    assert len(set(tables)) == len(tables)
    assert len({type_name(act) for act in ACTS}) == len(ACTS)


@EACH_MODULE
def test_a_module_has_the_files_of_a_module(module):
    folder = folder_of(module)
    assert folder.name == module.name
    for name in ("__init__", "transactions", "state", "rules", "queries"):
        assert (folder / f"{name}.py").is_file(), name
    assert importlib.import_module(package_of(module)).MODULE is module
    assert importlib.import_module(package_of(module)).__doc__


@EACH_MODULE
def test_tables_bear_the_modules_name_and_hold_records(module):
    for table in module.tables:
        assert table.name.startswith(f"{module.name}.") or table.name in OF_THE_KERNEL, table.name
        assert table.record is msgspec.Raw or issubclass(table.record, Record), table.name
        if table.record is not msgspec.Raw:
            assert table.record.__struct_config__.frozen, table.name
            assert table.record.__doc__, table.name


@EACH_MODULE
def test_what_has_a_proof_is_public_and_says_where_it_was_written(module):
    for table in module.tables:
        if table.proven:
            assert table.public, table.name
            assert table.record.__struct_fields__[-1] == "height", table.name


def test_trust_and_anchors_alone_have_proofs():
    proven = [table.name for module in MODULES for table in module.tables if table.proven]
    names = ["trust.type", "trust.issuer", "trust.verifier", "trust.wallet_provider", "anchors.newest"]
    assert proven == names


@EACH_MODULE
def test_rules_laws_and_queries_say_what_they_are(module):
    for one in [*module.rules.values(), *module.invariants, *module.queries]:
        assert one.__doc__ and one.__doc__.strip().endswith("."), one.__name__


@EACH_ACT
def test_an_act_is_named_after_its_module_and_says_what_it_asks(act):
    (module,) = [module for module in MODULES if act in module.rules]
    assert type_name(act).startswith(f"{module.name}.")
    assert issubclass(act, Act)
    assert act.__doc__ and act.__doc__.strip().endswith(".")


@EACH_ACT
def test_every_structure_in_an_act_is_a_part(act):
    """`read_json` takes text as short as its meaning for unambiguous: that holds where defaults are omitted."""
    for shape in shapes_in(shapes.type_info(act)):
        if isinstance(shape, shapes.StructType):
            config = shape.cls.__struct_config__
            assert issubclass(shape.cls, Part), shape.cls
            assert config.frozen and config.omit_defaults and config.forbid_unknown_fields, shape.cls
            assert shape.cls.__doc__, shape.cls


@EACH_ACT
def test_every_field_of_an_act_is_bounded(act):
    for shape in shapes_in(shapes.type_info(act)):
        match shape:
            case shapes.StrType() if shape.pattern is not None:
                assert shape.pattern.startswith("^") and shape.pattern.endswith(r"\Z"), shape.pattern
            case shapes.StrType():
                assert shape.max_length is not None, "a text without a pattern needs a longest length"
            case shapes.IntType():
                assert shape.ge is not None and shape.le is not None and shape.le < 2**53, shape
            case shapes.ListType() | shapes.VarTupleType() | shapes.DictType():
                assert shape.max_length is not None, shape
            case shapes.FloatType() | shapes.AnyType() | shapes.DecimalType():
                pytest.fail(f"{shape} has no place in an act")


def test_every_kind_of_field_is_anchored():
    for name in dir(fields):
        kind = getattr(fields, name)
        if getattr(kind, "__metadata__", None) and isinstance(kind.__metadata__[0], msgspec.Meta):
            pattern = kind.__metadata__[0].pattern
            assert pattern is None or (pattern.startswith("^") and pattern.endswith(r"\Z")), name


# ------------------------------------------------------------------------------------------------------- refusals


def codes_named(folder: Path) -> tuple[set[object], set[str]]:
    """In a module's files: the first argument of each `refuse(...)`, and every other text that is no key of a table."""
    refused: set[object] = set()
    texts: set[str] = set()
    for path in sorted(folder.glob("*.py")):
        tree = ast.parse(path.read_text())
        keys = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "refuse" and node.args:
                refused |= {one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)}
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in keys:
                texts.add(node.value)
    return refused, texts


@EACH_MODULE
def test_refusals_and_what_is_refused_are_the_same_codes(module):
    refused, texts = codes_named(folder_of(module))
    declared = set(module.refusals)
    assert refused - declared == set(), "refused, but not declared"
    assert declared - texts == set(), "declared, but never refused"
