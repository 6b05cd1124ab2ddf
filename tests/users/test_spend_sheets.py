"""Sheets of spend from the clipboard and from files, written in one go and taken back."""

import datetime as dt
import io

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.lib.unreadable import UnreadableFile
from tests.cast import Cast
from users.acquisition import spend_actions as actions
from users.acquisition import spend_queries as queries
from users.acquisition import spend_reading as reading
from users.acquisition.models import Spend
from users.acquisition.spend_rules import Entry

M1, M2 = dt.date(2018, 4, 30), dt.date(2018, 5, 7)
LONG_AGO, FAR = dt.date(2018, 1, 1), dt.date(2018, 12, 31)


def test_text_of_a_clipboard_and_text_with_commas_are_rows() -> None:
    assert reading.of_text('a\t"b\tc"\r\n\r\n1\t2') == [(1, ["a", "b\tc"]), (2, []), (3, ["1", "2"])]
    assert reading.of_text("a,b\n1,2") == [(1, ["a", "b"]), (2, ["1", "2"])]
    assert reading.of_text("1,234.50\n￥２,000\n") == [(1, ["1,234.50"]), (2, ["￥２,000"])]


def test_a_csv_in_gb18030_and_a_workbook_are_rows() -> None:
    assert reading.of_file(io.BytesIO("周,渠道,金额\nW19,地推,5\n".encode("gb18030")))[1] == (2, ["W19", "地推", "5"])
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        for row, cells in enumerate([["周", "地推"], ["W19", 12.5]]):
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell)
    book.seek(0)
    assert reading.of_file(book) == [(1, ["周", "地推"]), (2, ["W19", "12.5"])]


@given(st.lists(st.lists(st.text("ab1 ,\t", max_size=3), min_size=1, max_size=3), min_size=1, max_size=4))
def test_rows_handed_on_as_text_come_back_with_their_lines(cells: list[list[str]]) -> None:
    rows = [(2 * n, row) for n, row in enumerate(cells, start=1)]
    back = {line: row for line, row in reading.of_text(reading.as_text(rows) + "\t") if any(row)}
    assert back == {line: [" ".join(one.split()) for one in row] for line, row in rows if any(map(str.strip, row))}


@pytest.mark.parametrize("text", ["1\n" * 1001, "x" * 200_001])
def test_too_much_text_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFile):
        reading.of_text(text)


def entry(week: dt.date, channel: str, community_id: int | None, fen: int) -> Entry:
    return Entry(week, channel, community_id, fen, 1, 1)


def test_a_sheet_is_written_once_and_taken_back_as_it_stood(people: Cast) -> None:
    place = people.cuiping.id
    actions.tell(M1, "地推", place, 100, people.manager)
    sheet = [entry(M1, "地推", place, 300), entry(M2, "地推", place, 400), entry(M2, "活动", None, 5)]
    kept = actions.keep_sheet(sheet, Spend.Way.PASTED, people.manager)
    assert (kept.changed, kept.same) == (3, 0)
    again = actions.keep_sheet(sheet, Spend.Way.PASTED, people.manager)
    assert (again.sheet, again.changed, again.same) == (None, 0, 3)
    stands = {(M1, place, "地推"): 300, (M2, place, "地推"): 400, (M2, 0, "活动"): 5}
    assert queries.told([0, place], LONG_AGO, FAR) == stands
    actions.tell(M2, "地推", place, 450, people.manager2)
    assert actions.take_back_sheet(kept.sheet, people.manager) == (2, 1)
    assert queries.told([0, place], LONG_AGO, FAR) == {(M1, place, "地推"): 100, (M2, place, "地推"): 450}


def test_changes_tell_what_they_replaced_and_whether_they_hold(people: Cast) -> None:
    first = actions.tell(M1, "地推", None, 100, people.manager)
    second = actions.tell(M1, "地推", None, 200, people.manager2)
    newest, oldest = queries.changes([0], 5)
    assert (newest["id"], newest["before"], newest["fen"], newest["in_force"]) == (second.pk, 100, 200, True)
    assert (oldest["id"], oldest["before"], oldest["in_force"], oldest["by"]) == (first.pk, None, False, "manager")
    assert queries.changes([people.cuiping.id], 5) == []
    assert actions.take_back(first, people.manager) is False


def test_weeks_sum_their_channels_and_leave_out_what_is_not_in_reach(people: Cast) -> None:
    actions.tell(M1, "地推", people.cuiping.id, 100, None)
    actions.tell(M1, "活动", people.jinling.id, 30, None)
    actions.tell(M1, "活动", None, 50, None)
    assert queries.weekly([0, people.cuiping.id, people.jinling.id], LONG_AGO, FAR) == {M1: 150}
    assert queries.weekly([people.jinling.id], LONG_AGO, FAR) == {M1: 30}
    assert queries.channels([people.cuiping.id]) == ["地推"]
