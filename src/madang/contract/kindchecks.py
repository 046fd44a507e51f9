"""What must hold of a kind besides its shape."""

from __future__ import annotations

from madang.contract import scope as scopes
from madang.contract.checks import Checker
from madang.contract.inference import infer
from madang.contract.limits import (
    ACCOUNTS,
    ACTIONS,
    FACTS_PER_ACTION,
    FIELDS,
    GIVEN,
    INVARIANTS,
    LANGUAGE_VERSIONS,
    PARAMETERS,
    POSTINGS,
    RECORD_TYPES,
    RECORDS_PER_ACTION,
    VERSIONS_WORDS,
    WON_HIGH,
)
from madang.contract.linear import balances
from madang.contract.names import (
    KEYWORDS,
    RESERVED_ACTIONS,
    is_document_name,
    is_fact_name,
    is_name,
    near,
)
from madang.contract.problems import Problems
from madang.contract.scope import Scope
from madang.contract.syntax import (
    Account,
    Action,
    Expression,
    Kind,
    RecordType,
)
from madang.contract.typed import (
    FieldOfEach,
    SumOf,
    TotalOf,
    TypedAction,
    TypedAssignment,
    TypedInvariant,
    TypedKind,
    TypedPosting,
)
from madang.contract.units import fits
from madang.contract.valuetypes import (
    Bool,
    Declared,
    Number,
    Type,
    Unknown,
    describe,
)
from madang.contract.walk import walk


class KindChecks(Checker):
    """The checks of one kind; `check` runs them all."""

    def __init__(self, kind: Kind, problems: Problems) -> None:
        super().__init__(problems, kind.language)
        self.kind = kind
        self.records = {record.name: record for record in kind.records}
        self.facts = {fact.name: fact for fact in kind.facts}
        self.parameters: dict[str, Declared] = {field.name: field.type for field in kind.parameters}
        self.account_names = [account.name for account in kind.accounts]

    def check(self) -> TypedKind:
        kind = self.kind
        if not is_document_name(kind.kind):
            self.problems.add(
                kind.position, "bad-name", f"`{kind.kind}` is not a name.", "small letters, digits, _ and -"
            )
        if kind.language not in LANGUAGE_VERSIONS:
            self.problems.add(
                kind.position, "unknown-language", f"Language {kind.language} is not known here.", VERSIONS_WORDS
            )
        self.record_types()
        self.accounts()
        self.count("parameters", kind.parameters, PARAMETERS, kind.position)
        self.values(kind.parameters, "parameters", self.account_names, lists=True)
        self.defaults()
        self.count("actions", kind.actions, ACTIONS, kind.position)
        if not kind.actions:
            self.problems.add(kind.position, "missing-key", "A kind has actions.", "actions: {…}")
        self.unique([(action.name, action.position) for action in kind.actions], "actions")
        actions = {action.name: self.action(action) for action in kind.actions}
        invariants = self.invariants()
        return TypedKind(actions, invariants)

    def defaults(self) -> None:
        for declaration in self.kind.parameters:
            if declaration.default is None:
                continue
            if self.language < 2:
                self.problems.add(
                    declaration.position, "later-language", "Defaults of parameters are of language 2.", "language: 2"
                )
            self.value(declaration.name, declaration.default, declaration.type, declaration.position)

    def record_types(self) -> None:
        kind = self.kind
        self.count("record types", kind.records, RECORD_TYPES, kind.position)
        self.count("fact types", kind.facts, RECORD_TYPES, kind.position)
        self.unique([(record.name, record.position) for record in kind.records], "record types")
        self.unique([(fact.name, fact.position) for fact in kind.facts], "facts")
        for record in kind.records:
            self.name(record.name, record.position, unusable=KEYWORDS)
            self.record_fields(record)
        for fact in kind.facts:
            if not is_fact_name(fact.name):
                self.problems.add(
                    fact.position, "bad-name", f"`{fact.name}` is not a name of a fact.", "a capital letter, as in Shop"
                )
            self.record_fields(fact)

    def record_fields(self, record: RecordType) -> None:
        self.count("fields", record.fields, FIELDS, record.position)
        if not record.fields:
            self.problems.add(record.position, "missing-key", f"`{record.name}` has no fields.", "at least one field")
        self.unique([(field.name, field.position) for field in record.fields], "fields")
        for field in record.fields:
            self.name(field.name, field.position, unusable=KEYWORDS)
            self.type(field.type, field.position)

    def accounts(self) -> None:
        accounts = self.kind.accounts
        self.count("accounts", accounts, ACCOUNTS, self.kind.position)
        self.unique([(account.name, account.position) for account in accounts], "accounts")
        summed: list[tuple[str, str]] = []
        for account in accounts:
            self.name(account.name, account.position)
            if account.sort != "sum":
                if account.record or account.field:
                    self.problems.add(
                        account.position, "unknown-account", "Only a sum names a field.", "sum(record.field)"
                    )
                continue
            self.summed(account)
            if (account.record, account.field) in summed:
                self.problems.add(
                    account.position,
                    "duplicate-name",
                    f"Two accounts are the sum of {account.record}.{account.field}: its money would count twice.",
                    "one of the two",
                )
            summed.append((account.record, account.field))

    def summed(self, account: Account) -> None:
        record = self.records.get(account.record)
        if record is None:
            self.problems.add(
                account.position,
                "unknown-record",
                f"There is no record type `{account.record}`.",
                near(account.record, self.records),
            )
            return
        fields = scopes.fields_of(record)
        type_ = fields.get(account.field)
        if type_ is None:
            self.problems.add(
                account.position,
                "unknown-field",
                f"`{account.record}` has no field `{account.field}`.",
                near(account.field, fields),
            )
        elif not isinstance(type_, Unknown) and (not isinstance(type_, Number) or type_.unit != "won"):
            self.problems.add(
                account.position, "type-mismatch", f"A sum adds up won, not {describe(type_)}.", "a field of won"
            )

    # ---- actions

    def action(self, action: Action) -> TypedAction:
        self.name(action.name, action.position, unusable=KEYWORDS)
        if action.name in RESERVED_ACTIONS:
            self.problems.add(
                action.position, "reserved-name", f"`{action.name}` is a key of programmes.", f"{action.name}_it"
            )
        self.subjects(action)
        self.count("given values", action.given, GIVEN, action.position)
        taken = [*self.parameters, *self.account_names, *(subject.alias for subject in action.on)]
        self.values(action.given, "given values", taken)
        scope = scopes.of_action(self.kind, action, self.parameters)
        require = self.clauses(action.require, scope, action.position)
        known = len(self.problems.found)
        post = self.postings(action, scope)
        assignments = self.assignments(action, scope)
        typed = TypedAction(action.name, require, post, assignments)
        if len(self.problems.found) == known:
            self.balanced(action, typed)
        return typed

    def subjects(self, action: Action) -> None:
        self.unique([(subject.alias, subject.position) for subject in action.on], "records")
        records = tuple([subject for subject in action.on if not is_fact_name(subject.type)])
        facts = tuple([subject for subject in action.on if is_fact_name(subject.type)])
        self.count("records in one action", records, RECORDS_PER_ACTION, action.position)
        self.count("facts in one action", facts, FACTS_PER_ACTION, action.position)
        for subject in action.on:
            self.name(subject.alias, subject.position, [*self.parameters, *self.account_names])
            if subject.type not in self.records and subject.type not in self.facts:
                self.problems.add(
                    subject.position,
                    "unknown-record",
                    f"There is no record type or fact `{subject.type}`.",
                    near(subject.type, [*self.records, *self.facts]),
                )
            elif subject.is_new and subject.type in self.facts:
                self.problems.add(
                    subject.position, "new-fact", f"`{subject.type}` is a fact, which no action makes.", subject.type
                )

    def postings(self, action: Action, scope: Scope) -> tuple[TypedPosting, ...]:
        self.count("postings", action.post, POSTINGS, action.position)
        typed = []
        for posting in action.post:
            indexes = []
            for account in (posting.source, posting.target):
                if account in self.account_names:
                    indexes.append(self.account_names.index(account))
                else:
                    self.problems.add(
                        posting.position,
                        "unknown-account",
                        f"There is no account `{account}`.",
                        near(account, self.account_names),
                    )
            amount = infer(posting.amount, scope, self.problems)
            type_ = amount.type
            if not isinstance(type_, Unknown) and (
                not isinstance(type_, Number) or type_.unit not in ("won", "literal") or isinstance(type_, Bool)
            ):
                self.problems.add(
                    posting.amount.position, "type-mismatch", f"An amount is won, not {describe(type_)}.", "won"
                )
            if isinstance(type_, Number) and (type_.high < 0 or type_.low > WON_HIGH):
                self.problems.add(
                    posting.amount.position, "out-of-range", "This amount can't be posted.", f"0..{WON_HIGH}"
                )
            if len(indexes) < 2:
                continue
            source, target = indexes
            if source == target:
                self.problems.add(
                    posting.position,
                    "same-account",
                    f"From `{posting.source}` to itself nothing moves.",
                    "two accounts",
                )
            elif self.kind.accounts[source].sort == self.kind.accounts[target].sort == "outside":
                self.problems.add(
                    posting.position,
                    "outside-to-outside",
                    "Neither account is of the programme.",
                    "an account of the programme on one side",
                )
            typed.append(TypedPosting(source, target, amount))
        return tuple(typed)

    def assignments(self, action: Action, scope: Scope) -> tuple[TypedAssignment, ...]:
        subjects = {subject.alias: subject for subject in action.on}
        named = [(f"{assignment.alias}.{assignment.field}", assignment.position) for assignment in action.set]
        self.unique(named, "values for")
        typed = []
        for assignment in action.set:
            subject = subjects.get(assignment.alias)
            if subject is None:
                infer(assignment.value, scope, self.problems)
                self.problems.add(
                    assignment.position,
                    "unknown-name",
                    f"No record here is called `{assignment.alias}`.",
                    near(assignment.alias, subjects),
                )
                continue
            if subject.type in self.facts:
                self.problems.add(
                    assignment.position, "sets-fact", f"`{assignment.alias}` is a fact: it is only read.", "a record"
                )
            record = self.records.get(subject.type)
            if record is None:
                continue
            fields = scopes.fields_of(record)
            type_ = fields.get(assignment.field)
            if type_ is None:
                self.problems.add(
                    assignment.position,
                    "unknown-field",
                    f"`{subject.type}` has no field `{assignment.field}`.",
                    near(assignment.field, fields),
                )
                continue
            value = infer(assignment.value, scope, self.problems, type_)
            self.assignable(assignment.value, value.type, type_, f"{assignment.alias}.{assignment.field}")
            typed.append(TypedAssignment(assignment.alias, assignment.field, type_, value))
        self.all_set(action)
        return tuple(typed)

    def assignable(self, expression: Expression, value: Type, wanted: Declared, what: str) -> None:
        if not fits(value, wanted):
            self.problems.add(
                expression.position,
                "type-mismatch",
                f"`{what}` is {describe(wanted)}, not {describe(value)}.",
                describe(wanted),
            )
        elif (
            isinstance(value, Number)
            and isinstance(wanted, Number)
            and (value.high < wanted.low or value.low > wanted.high)
        ):
            self.problems.add(
                expression.position,
                "out-of-range",
                f"`{what}` is {wanted.low}..{wanted.high}, and this is never in it.",
                f"{wanted.low}..{wanted.high}",
            )

    def all_set(self, action: Action) -> None:
        written = [(assignment.alias, assignment.field) for assignment in action.set]
        for subject in action.on:
            record = self.records.get(subject.type)
            if record is None or not subject.is_new:
                continue
            missing = [field.name for field in record.fields if (subject.alias, field.name) not in written]
            if missing:
                self.problems.add(
                    subject.position,
                    "unset-field",
                    f"The new {subject.type} has no value for {', '.join(missing)}.",
                    ", ".join(f"{subject.alias}.{name}: …" for name in missing),
                )

    def balanced(self, action: Action, typed: TypedAction) -> None:
        for balance in balances(self.kind, action.name, typed):
            if balance.low > 0 or balance.high < 0:
                account = self.kind.accounts[balance.account]
                self.problems.add(
                    action.position,
                    "unbalanced",
                    f"What `{action.name}` posts to `{account.name}` never equals how it changes "
                    f"{account.record}.{account.field}.",
                    f"a posting for every change of {account.record}.{account.field}",
                )

    # ---- invariants

    def invariants(self) -> tuple[TypedInvariant, ...]:
        invariants = self.kind.invariants
        self.count("invariants", invariants, INVARIANTS, self.kind.position)
        self.unique([(invariant.name, invariant.position) for invariant in invariants], "invariants")
        scope = scopes.of_invariants(self.kind)
        typed = []
        for invariant in invariants:
            if not is_name(invariant.name):
                self.name(invariant.name, invariant.position)
            holds = self.boolean(invariant.holds, scope, "An invariant")
            parts = list(walk(holds))
            records = sorted(dict.fromkeys(part.record for part in parts if isinstance(part, FieldOfEach)))
            if len(records) > 1:
                self.problems.add(
                    invariant.position,
                    "several-records",
                    f"An invariant speaks of each record of one type, not of {' and '.join(records)}.",
                    "an invariant each",
                )
            totals = any(isinstance(part, (TotalOf, SumOf)) for part in parts)
            record = records[0] if records else ""
            typed.append(TypedInvariant(invariant.name, record, bool(record) and not totals, holds))
        return tuple(typed)
