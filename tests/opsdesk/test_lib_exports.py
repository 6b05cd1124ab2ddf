import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal

import pytest
import python_calamine

from opsdesk.lib import exports

HOSTILE = [
    '=HYPERLINK("http://evil")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x",
    " =1", "\u200b=1", "|cmd",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_could_start_a_formula_gets_an_apostrophe(text: str) -> None:
    assert exports.neutral(text).startswith("'")


@pytest.mark.parametrize("value", ["王小明", "138****1234", "6-2-502", "a=b", "–", 12, -12, Decimal("-1.50"), 0])
def test_harmless_values_stay_as_they_are(value: object) -> None:
    assert exports.neutral(value) == value


def test_the_csv_opens_in_excel_and_its_last_row_says_who_took_it() -> None:
    made = exports.write(exports.CSV, ["姓名", "net"], [["张,三", Decimal("12.50")], ["=1", -3], [None, 0]], "陈 2018")
    raw = made.body.read()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert made.rows == 3
    assert list(csv.reader(io.StringIO(raw.decode("utf-8-sig")))) == [
        ["姓名", "net"], ["张,三", "12.50"], ["'=1", "-3"], ["", "0"], ["陈 2018"],
    ]  # fmt: skip


def test_the_sheet_holds_numbers_and_days_as_such_and_no_formula() -> None:
    rows = [["张三", Decimal("12.50"), dt.date(2018, 5, 1), None], *([text, 1, None, ""] for text in HOSTILE)]
    made = exports.write(exports.XLSX, ["name", "net", "day", "empty"], rows, "=陈")
    sheet = python_calamine.load_workbook(made.body).get_sheet_by_index(0).to_python()
    assert made.rows == len(rows) == len(sheet) - 2
    assert sheet[1] == ["张三", 12.5, dt.date(2018, 5, 1), ""]
    assert all(row[0].startswith("'") for row in sheet[2:])


def test_the_sheet_has_no_formula_cell_in_its_xml() -> None:
    made = exports.write(exports.XLSX, ["x"], [[text] for text in HOSTILE], "mark")
    xml = zipfile.ZipFile(made.body).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "HYPERLINK" in xml


def test_plain_lines_have_no_mark_and_no_byte_order_mark() -> None:
    assert list(exports.lines(["id", "name"], [[1, "王"], [2, "-x"]])) == ["id,name\n", "1,王\n", "2,'-x\n"]


def test_a_sheet_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "XLSX_ROWS", 3)
    with pytest.raises(exports.TooLong):
        exports.write(exports.XLSX, ["x"], [[1], [2], [3]], "mark")


def test_a_download_is_named_and_attached() -> None:
    made = exports.write(exports.CSV, ["x"], [[1]], "mark")
    answer = exports.answer(made, exports.CSV, "客户")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
