"""Whatever the texts are, what is assumed of their numbers holds of them; of named texts it decides everything."""

import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.prover.texts import Texts

letters = st.text("12x", min_size=1, max_size=4)


class Real:
    """Two real texts as the numbers that stand for them."""

    def __init__(self, named, first, second):
        self.texts = Texts(named)
        size = len(self.texts.named)
        others = sorted({text for text in (first, second) if text not in self.texts.named})
        self.number = {text: size + 1 + place for place, text in enumerate(others)}
        self.number |= {text: self.texts.place(text) for text in self.texts.named}
        self.solver = z3.Solver()
        for text in (first, second):
            begun = [each for each in self.texts.named if text.startswith(each)]
            place = self.texts.place(max(begun, key=len)) if begun else 0
            self.solver.add(z3.Function("nearest", z3.IntSort(), z3.IntSort())(self.number[text]) == place)
            for other in (first, second):
                begins = z3.Function("begins", z3.IntSort(), z3.IntSort(), z3.BoolSort())
                self.solver.add(begins(self.number[text], self.number[other]) == text.startswith(other))

    def ask(self, *terms):
        self.solver.push()
        self.solver.add(*terms, *self.texts.facts())
        answer = self.solver.check()
        self.solver.pop()
        return answer


@settings(max_examples=150, deadline=None)
@given(st.lists(letters, max_size=6), letters, letters)
def test_nothing_is_assumed_that_two_texts_could_break(named, first, second):
    real = Real(named, first, second)
    one, other = z3.Ints("one other")
    where = [one == real.number[first], other == real.number[second]]
    said = real.texts.begins_with(one, other)
    assert real.ask(*where, said == first.startswith(second)) == z3.sat
    assert real.ask(*where, said == (not first.startswith(second))) == z3.unsat


@settings(max_examples=150, deadline=None)
@given(st.lists(letters, min_size=1, max_size=6), letters, st.data())
def test_lists_and_prefixes_that_are_named_are_decided(named, text, data):
    real = Real(named, text, text)
    some = data.draw(st.lists(st.sampled_from(named), max_size=4))
    one = z3.Int("one")
    for said, truth in (
        (real.texts.is_one_of(one, some), text in some),
        (real.texts.begins_with_one_of(one, some), text.startswith(tuple(some))),
    ):
        assert real.ask(one == real.number[text], said == truth) == z3.sat
        assert real.ask(one == real.number[text], said != truth) == z3.unsat


@settings(max_examples=60, deadline=None)
@given(st.lists(letters, min_size=1, max_size=5), st.booleans(), st.booleans())
def test_texts_that_are_made_up_for_a_run_are_as_the_run_needs_them(named, begins, listed):
    texts = Texts(named)
    one, other = z3.Ints("one other")
    said, held = texts.begins_with(one, other), texts.begins_with_one_of(one, named[:1])
    solver = z3.Solver()
    solver.add(one >= 1, other >= 1, said == begins, held == listed, *texts.facts(searching=True))
    assert solver.check() == z3.sat
    model = solver.model()
    numbers = [model.eval(term, model_completion=True).as_long() for term in (one, other)]
    first, second = (texts.read(model, numbers)[number] for number in numbers)
    assert first.startswith(second) == begins
    assert first.startswith(named[0]) == listed
