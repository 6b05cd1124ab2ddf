import re
from itertools import pairwise

import pytest

from opsdesk.lib import sankey

CLASSES = ["prospect", "new_paying", "active", "silent"]
SOURCES = ["registered", *CLASSES]
WEEK = {
    ("registered", "prospect"): 158,
    ("registered", "new_paying"): 189,
    ("prospect", "prospect"): 3233,
    ("prospect", "new_paying"): 249,
    ("new_paying", "active"): 151,
    ("new_paying", "silent"): 261,
    ("active", "active"): 4318,
    ("active", "silent"): 608,
    ("silent", "active"): 594,
    ("silent", "silent"): 8724,
}


def span(node: sankey.Node) -> tuple[float, float]:
    return float(node.y), float(node.y) + float(node.height)


def edges(ribbon: sankey.Ribbon) -> tuple[float, float, float, float]:
    """Where a ribbon leaves (top, bottom) and arrives (top, bottom), read back from its path."""
    numbers = [float(text) for text in re.findall(r"[-\d.]+", ribbon.path)]
    return numbers[1], numbers[-1], numbers[7], numbers[8]


@pytest.mark.parametrize("movers_only", [True, False])
def test_every_person_is_drawn_once_at_both_ends(movers_only: bool) -> None:
    chart = sankey.sankey(WEEK, SOURCES, CLASSES, movers_only=movers_only)
    people = sum(n for pair, n in WEEK.items() if not movers_only or pair[0] != pair[1])
    assert chart.moved == people
    assert sum(node.moved for node in chart.left) == sum(node.moved for node in chart.right) == people
    assert sum(ribbon.count for ribbon in chart.ribbons) == people


def test_stayers_are_left_out_of_the_movers() -> None:
    chart = sankey.sankey(WEEK, SOURCES, CLASSES)
    assert chart.moved == 2210
    assert all(ribbon.source != ribbon.target for ribbon in chart.ribbons)
    assert {node.code: node.moved for node in chart.right} == {
        "prospect": 158,
        "new_paying": 438,
        "active": 745,
        "silent": 869,
    }


@pytest.mark.parametrize("counts", [WEEK, {("active", "silent"): 1}, {}], ids=["a week", "one person", "nobody"])
def test_nodes_keep_their_order_and_never_touch(counts: dict[tuple[str, str], int]) -> None:
    chart = sankey.sankey(counts, SOURCES, CLASSES)
    for side, codes in ((chart.left, SOURCES), (chart.right, CLASSES)):
        assert [node.code for node in side] == codes
        assert all(lower - upper > 1 for (_, upper), (lower, _) in pairwise(map(span, side)))
        assert all(top >= 0 and bottom <= float(chart.height) for top, bottom in map(span, side))


def test_words_of_neighbours_have_room_for_two_lines() -> None:
    chart = sankey.sankey({("registered", "silent"): 5000, ("active", "silent"): 1}, SOURCES, CLASSES)
    for side in (chart.left, chart.right):
        heights = [float(node.label_y) for node in side]
        assert all(below - above >= 39 for above, below in pairwise(heights))


def test_ribbons_fill_their_nodes_without_overlap() -> None:
    chart = sankey.sankey(WEEK, SOURCES, CLASSES)
    for side, end in ((chart.left, 0), (chart.right, 2)):
        for node in side:
            mine = [r for r in chart.ribbons if node.code == (r.source if end == 0 else r.target)]
            stacked = sorted(edges(ribbon)[end : end + 2] for ribbon in mine)
            top, bottom = span(node)
            assert stacked[0][0] == pytest.approx(top, abs=0.05)
            assert max(stacked[-1]) == pytest.approx(bottom, abs=0.05)
            assert all(max(upper) == pytest.approx(min(lower), abs=0.05) for upper, lower in pairwise(stacked))


def test_the_selected_ribbon_is_drawn_over_the_others() -> None:
    chart = sankey.sankey(WEEK, SOURCES, CLASSES, selected=("new_paying", "silent"))
    assert [ribbon.selected for ribbon in chart.ribbons].count(True) == 1
    assert chart.ribbons[-1].key == "new_paying>silent"
    assert chart.ribbons[-1].count == 261
