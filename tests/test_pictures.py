"""Every page is there to be seen: each GET route is pictured, or said to be something else."""

import pytest

from madang.web.people import AREAS
from tools.pictures import EXAMPLES, NOT_PAGES, pictures, routes


class AnyName(dict[str, str]):
    """A scene in which everything happened."""

    def __missing__(self, name):
        return "x"


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_every_route_is_pictured_or_named_as_not_a_page(area):
    with_parameters = {route for route in routes(area) if "{" in route}
    known = {*EXAMPLES.get(area.name, {}), *NOT_PAGES.get(area.name, {})}
    assert with_parameters - known == set(), "name them in tools/pictures.py"
    pictured = {one.route for one in pictures(area, AnyName())}
    assert pictured | set(NOT_PAGES.get(area.name, {})) == set(routes(area))


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_nothing_is_named_that_is_not_there(area):
    assert {*EXAMPLES.get(area.name, {}), *NOT_PAGES.get(area.name, {})} <= set(routes(area))
    assert not set(EXAMPLES.get(area.name, {})) & set(NOT_PAGES.get(area.name, {}))
