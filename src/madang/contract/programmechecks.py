"""What must hold of a programme besides its shape."""

from __future__ import annotations

from madang.contract import scope as scopes
from madang.contract.canonical import digest
from madang.contract.checks import Checker
from madang.contract.limits import (
    PARAMETERS,
)
from madang.contract.names import (
    is_document_name,
    near,
)
from madang.contract.problems import Problems
from madang.contract.syntax import (
    Action,
    Kind,
    Programme,
    Value,
)
from madang.contract.typed import (
    TypedProgramme,
)
from madang.contract.valuetypes import (
    Declared,
    describe,
)


class ProgrammeChecks(Checker):
    """The checks of one programme against its kind; `check` runs them all."""

    def __init__(self, programme: Programme, kind: Kind, problems: Problems) -> None:
        super().__init__(problems, kind.language)
        self.programme = programme
        self.kind = kind
        self.declared: dict[str, Declared] = {field.name: field.type for field in kind.parameters}
        self.declarations: dict[str, Declared] = dict(self.declared)
        for parameter in programme.parameters:
            if parameter.declared is not None:
                self.declarations.setdefault(parameter.name, parameter.declared)
        self.actions = {action.name: action for action in kind.actions}

    def check(self) -> TypedProgramme:
        programme = self.programme
        if not is_document_name(programme.programme):
            self.problems.add(
                programme.position,
                "bad-name",
                f"`{programme.programme}` is not a name.",
                "small letters, digits, _ and -",
            )
        if programme.kind != self.kind.kind:
            self.problems.add(
                programme.position, "wrong-kind", f"This is a programme of kind `{programme.kind}`.", self.kind.kind
            )
        elif programme.kind_digest != digest(self.kind).hex():
            self.problems.add(
                programme.position,
                "wrong-kind",
                f"This is a programme of another `{programme.kind}`: the digests differ.",
                digest(self.kind).hex(),
            )
        self.words(programme.title, programme.position)
        values = self.parameters()
        require = {}
        self.unique([(each.action, each.position) for each in programme.actions], "actions")
        for each in programme.actions:
            action = self.known(each.action, each.position)
            if action is not None:
                scope = scopes.of_action(self.kind, action, self.declarations)
                taken = [clause.name for clause in action.require]
                require[each.action] = self.clauses(each.require, scope, each.position, taken)
        specification = {}
        self.unique([(each.action, each.position) for each in programme.specification], "specifications of")
        for each_specified in programme.specification:
            action = self.known(each_specified.action, each_specified.position)
            if action is not None:
                scope = scopes.of_action(self.kind, action, self.declarations)
                specification[each_specified.action] = self.boolean(each_specified.allowed, scope, "A specification")
        return TypedProgramme(require, specification, values)

    def known(self, name: str, position: int) -> Action | None:
        action = self.actions.get(name)
        if action is None:
            self.problems.add(
                position, "unknown-action", f"`{self.kind.kind}` has no action `{name}`.", near(name, self.actions)
            )
        return action

    def parameters(self) -> dict[str, Value | tuple[Value, ...]]:
        programme = self.programme
        self.count("parameters", programme.parameters, 2 * PARAMETERS, programme.position)
        self.unique([(parameter.name, parameter.position) for parameter in programme.parameters], "parameters")
        taken = [account.name for account in self.kind.accounts]
        for action in self.kind.actions:
            taken += [field.name for field in action.given] + [subject.alias for subject in action.on]
        values = {}
        for parameter in programme.parameters:
            if parameter.declared is not None:
                self.name(parameter.name, parameter.position, [*self.declared, *taken])
                self.type(parameter.declared, parameter.position, lists=True)
            elif parameter.name not in self.declared:
                self.problems.add(
                    parameter.position,
                    "unknown-parameter",
                    f"`{self.kind.kind}` has no parameter `{parameter.name}`.",
                    near(parameter.name, self.declared)
                    if self.declared
                    else f"{parameter.name}: {{type: …, value: …}}",
                )
                continue
            self.value(parameter.name, parameter.value, self.declarations[parameter.name], parameter.position)
            values[parameter.name] = parameter.value
        for declaration in self.kind.parameters:
            name = declaration.name
            if name not in values and declaration.default is not None:
                values[name] = declaration.default
            elif name not in values:
                self.problems.add(
                    programme.position,
                    "missing-parameter",
                    f"The parameter `{name}` has no value.",
                    f"{name}: {describe(declaration.type)}",
                )
        return values
