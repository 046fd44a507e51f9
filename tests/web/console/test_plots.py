"""Plots: well-formed, bounded by their picture, escaped, and with the words that a screen reader says."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.web.console.plots import Point, bars, columns, line, ticks

SVG = "{http://www.w3.org/2000/svg}"
POINTS = [Point("부산 <b>", 3_000, "3,000원"), Point("서울", 0, "0원"), Point("대구", 12_345, "12,345원")]


def in_columns(name, title, description, points):
    return columns(name, title, description, points, "원")


def in_a_line(name, title, description, points):
    return line(name, title, description, points, "원")


@pytest.mark.parametrize("draw", [bars, in_columns, in_a_line])
def test_a_plot_is_an_image_with_title_and_description(draw):
    tree = ElementTree.fromstring(str(draw("spent", "지역 & 사용", "세 곳", POINTS)))
    named = tree.get("aria-labelledby")
    assert tree.get("role") == "img"
    assert named == "spent-title spent-desc"
    assert tree.findtext(f"{SVG}title") == "지역 & 사용"
    assert tree.findtext(f"{SVG}desc") == "세 곳"


def test_bars_are_as_long_as_their_values():
    tree = ElementTree.fromstring(str(bars("spent", "t", "d", [Point("a", 50, "50"), Point("b", 100, "100")])))
    short, long = [int(one.get("width", "0")) for one in tree.findall(f"{SVG}rect")]
    assert long == 2 * short


@given(st.integers(0, 2**53))
def test_ticks_are_round_few_and_reach_the_highest(highest):
    marks = ticks(highest)
    assert marks[0] == 0
    assert marks[-1] >= highest
    assert 2 <= len(marks) <= 7
    step = str(marks[1])
    assert step[0] in "125"
    assert not step[1:].strip("0")


@given(st.lists(st.integers(0, 2**50), max_size=40))
def test_every_plot_stays_in_its_picture(values):
    points = [Point(str(place), value, str(value)) for place, value in enumerate(values)]
    for drawn in (columns("a", "t", "d", points, ""), line("a", "t", "d", points, "")):
        tree = ElementTree.fromstring(str(drawn))
        width, height = (float(one) for one in tree.get("viewBox", "").split()[2:])
        for one in tree.findall(f"{SVG}rect"):
            x, y, wide, high = (float(one.get(name, "-1")) for name in ("x", "y", "width", "height"))
            assert 0 <= x <= x + wide <= width
            assert 0 <= y <= y + high <= height
