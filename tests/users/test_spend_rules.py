"""What a pasted sheet of spend means, as tables of cases."""

import datetime as dt

import pytest

from opsdesk.lib.badvalue import BadValue
from users.acquisition import spend_rules as rules
from users.acquisition import spend_sums as sums
from users.acquisition.spend_rules import Frame
from users.acquisition.spend_sums import Told

TODAY = dt.date(2018, 5, 9)
M1, M2 = dt.date(2018, 4, 30), dt.date(2018, 5, 7)
FRAME = Frame(TODAY, [M1, M2], ["地推", "老带新"], None, {"翠屏花园": 7, "cuiping": 7})


def read(text: str, frame: Frame = FRAME) -> rules.Sheet:
    return rules.read([(n, line.split("\t")) for n, line in enumerate(text.split("\n"), start=1)], frame)


def told(sheet: rules.Sheet) -> list[tuple[dt.date, str, int | None, int]]:
    return [(one.week, one.channel, one.community_id, one.fen) for one in sheet.entries]


FORMS = [
    ("周\t渠道\t金额\n2018-04-30\t地推\t3,200", [(M1, "地推", None, 320_000)]),
    ("amount\tcommunity\tchannel\tweek\n12.5\t翠屏花园\t地推\t2018-W19", [(M2, "地推", 7, 1250)]),
    ("week\tchannel\tcommunity\tamount\nW18\t地推\t全公司\t1", [(M1, "地推", None, 100)]),
    (
        "周\\渠道\t地推\t活动\n2018/5/3\t100\t\n2018/5/10\t\t50\n合计\t100\t50",
        [(M1, "地推", None, 10_000), (M2, "活动", None, 5000)],
    ),
    ("\n7", [(M2, "地推", None, 700)]),
    ("\t地推\t合计\n第19周\t8\t8", [(M2, "地推", None, 800)]),
    ("100\t200\n\t0", [(M1, "地推", None, 10_000), (M1, "老带新", None, 20_000), (M2, "老带新", None, 0)]),
    ("2018-05-07\t1\t2", [(M2, "地推", None, 100), (M2, "老带新", None, 200)]),
    ("week\tchannel\tamount\nW19\t地推\t5\nW19\t地推\t5.00", [(M2, "地推", None, 500)]),
    ("\n\n", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_a_list_a_table_and_a_bare_block_are_understood(text: str, expected: list[object]) -> None:
    sheet = read(text)
    assert (told(sheet), sheet.problems) == (expected, [])


PROBLEMS = [
    ("week\tchannel\tamount\nsoon\t地推\t1", [(2, 1, "soon", "week")]),
    ("week\tchannel\tamount\n2019-05-07\t地推\t1", [(2, 1, "2019-05-07", "week_far")]),
    ("week\tchannel\tamount\n2018-W99\t地推\t1", [(2, 1, "2018-W99", "week")]),
    ("week\tchannel\tamount\nW19\t\t1", [(2, 2, "", "channel")]),
    ("week\tchannel\tamount\nW19\t" + "长" * 41 + "\t1", [(2, 2, "长" * 41, "channel")]),
    ("week\tchannel\tamount\tcommunity\nW19\t地推\t1\t远方", [(2, 4, "远方", "community")]),
    ("week\tchannel\tamount\nW19\t地推\tmany", [(2, 3, "many", "amount")]),
    ("week\t地推\nW19\t-5", [(2, 2, "-5", "negative")]),
    ("week\tchannel\tamount\nW19\t地推\t5\nW19\t地推\t6", [(2, 3, "5.00", "twice"), (3, 3, "6.00", "twice")]),
    ("week\tchannel\tamount\nW19\t地推\t1\t234.50", [(2, 4, "234.50", "wide")]),
    ("week\t地推\nW19\t\t￥", [(2, 3, "￥", "wide")]),
    ("1\t2\t3\n1\n1", [(1, 3, "3", "outside"), (3, 1, "1", "outside")]),
]


@pytest.mark.parametrize(("text", "expected"), PROBLEMS)
def test_a_cell_that_is_not_understood_is_named_by_row_and_column(text: str, expected: list[object]) -> None:
    found = read(text).problems
    assert [(one.row, one.column, one.value, one.reason) for one in found] == expected
    assert {one.reason for one in found} <= rules.REASONS.keys()


def test_a_sheet_of_a_community_is_told_of_it_and_the_company_needs_all_of_it() -> None:
    of_one = Frame(TODAY, [M1], ["地推"], 7, {"翠屏花园": 7}, company=False)
    assert told(read("5", of_one)) == [(M1, "地推", 7, 500)]
    listed = read("week\tchannel\tamount\tcommunity\nW19\t地推\t5\t全公司", of_one)
    assert [one.reason for one in listed.problems] == ["company"]


WEEKS = [
    ("2018-05-09", M2), ("2018年5月9日", M2), ("43229", M2), ("W19", M2), ("w19", M2), ("2018W19", M2),
    ("2018年第19周", M2), ("W52", dt.date(2017, 12, 25)), ("W22", dt.date(2018, 5, 28)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "monday"), WEEKS)
def test_a_week_is_written_in_many_ways(text: str, monday: dt.date) -> None:
    assert rules.week_of(text, TODAY) == monday


@pytest.mark.parametrize("text", ["", "5/7", "1999-01-01", "W54", "2018-12-31"])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        rules.week_of(text, TODAY)


def test_the_companys_own_figure_goes_before_the_sum_of_its_communities() -> None:
    found = {(M1, 1, "地推"): 100, (M1, 2, "地推"): 50, (M1, 0, "活动"): 30, (M1, 2, "活动"): 5, (M2, 1, "地推"): 7}
    assert sums.by_channel(found) == {
        (M1, "地推"): Told(150, False), (M1, "活动"): Told(30, True), (M2, "地推"): Told(7, False),
    }  # fmt: skip
    assert sums.by_channel({(M1, 1, "地推"): 100}, 1) == {(M1, "地推"): Told(100, True)}
    assert sums.by_week(found) == {M1: 180, M2: 7}
