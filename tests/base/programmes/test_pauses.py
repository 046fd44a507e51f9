"""A paused programme refuses before it looks at anything else; who may pause is tested with `base/operations`."""

from madang.base.operations.transactions import PauseProgramme
from tests.base.programmes.toys import NAME, Run, world_at
from tests.support.cast import officer, quorum


def test_a_paused_programme_refuses_first_and_says_when_to_look_again():
    world = world_at(4)
    until = world.time + 60
    pause = PauseProgramme(by="operator", programme=NAME, reason="incident", until=until)
    world.accept(pause, by=quorum("operator"))
    result = world.refuse(
        "programmes.paused",
        Run(by="ministry", programme=NAME, action="pour", on=("no", "no"), given=(-1,)),
        by=officer("ministry"),
    )
    assert result.reason == "incident"
    assert str(until) in result.message
    world.advance(60)
    world.refuse(
        "programmes.record_unknown",
        Run(by="ministry", programme=NAME, action="pour", on=("no", "no"), given=(-1,)),
        by=officer("ministry"),
    )
