"""What the pages of an import say: cells as understood, effects, progress, refusals. No database."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from opsdesk.lib.runs.models import Job
from users.imports import columns, inspection
from users.imports.columns import Mapping
from users.imports.inspection import Inspection
from users.imports.models import ImportFile
from users.imports.pages import effect_words, fault_words, job_words, understood
from users.imports.pages.understood import Cell
from users.imports.places import Gazetteer, KnownCommunity

TODAY = dt.date(2018, 5, 7)
NOON = dt.datetime(2018, 5, 7, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
State = ImportFile.State
PLACES = Gazetteer([KnownCommunity(1, "cuiping", "翠屏花园")])


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


# -- Cells as understood -------------------------------------------------------------------------------------------


def preview(rows: list[list[str]], headers: dict[str, str], **how: object) -> understood.Preview:
    """`headers`: field -> header, in the order of the cells."""
    seen = Inspection(
        kind="csv", name="orders.csv", size=1, encoding="utf-8", delimiter=",", header_line=1,
        headers=list(headers.values()), mapping=Mapping(columns=headers, **how), ambiguous={}, unmapped=[], missing=[],
        sample=[(line, cells) for line, cells in enumerate(rows, start=2)], notices=[], questions={},
    )  # fmt: skip
    return understood.preview(seen, TODAY, PLACES, {"家政"})


def cell(field: str, text: str, **beside: str) -> Cell:
    """How one cell of an otherwise good row is shown."""
    row = {"phone": "13800138000", "ordered_at": "2018-05-01 08:30"} | beside | {field: text}
    shown = preview([list(row.values())], {key: columns.BY_KEY[key].label for key in row})
    return shown.rows[0].cells[[column.key for column in shown.columns].index(field)]


@pytest.mark.parametrize(
    ("field", "text", "shown", "kind"),
    [
        ("phone", "+86 138-0013-8000", "138****8000", ""),
        ("phone", "1.38E+10", "1.38E+10", "bad"),
        ("phone", "", "(empty)", "bad"),
        ("name", "欧阳小明", "欧阳**", ""),
        ("ordered_at", "2018-05-01 08:30:59", "05-01 08:30", ""),
        ("ordered_at", "2017/12/31", "2017-12-31", ""),
        ("ordered_at", "2018-13-05", "2018-13-05", "bad"),
        ("amount", "1,234.5", "¥1,234.50", ""),
        ("amount", "-9.90", "-9.90", "bad"),
        ("amount", "NaN", "NaN", "bad"),
        ("discount", "0.00", "–", "none"),
        ("discount", "3", "¥3.00", ""),
        ("quantity", "1.500", "1.5", ""),
        ("quantity", "20", "20", ""),
        ("address", "12栋3单元502室", "12-3-502", ""),
        ("address", "西门传达室 13900139000", "西门传达室 139****9000", ""),
        ("category", "", "–", "none"),
        ("status", "交易成功", "paid", ""),
        ("status", "待揽收", "待揽收", "bad"),
        ("community", "翠屏花园", "翠屏花园", ""),
        ("community", "月光水岸", "月光水岸", "note"),
        ("product", "=HYPERLINK(1)", "=HYPERLINK(1)", ""),
    ],
)
def test_a_cell_is_shown_as_understood_masked_and_with_its_trouble(
    field: str, text: str, shown: str, kind: str
) -> None:
    found = cell(field, text)
    assert (found.text, found.kind) == (shown, kind)
    assert bool(found.why) is (kind in ("bad", "note"))


def test_a_refund_is_shown_with_its_sign_and_a_remark() -> None:
    found = cell("amount", "-9.90", status="已退款")
    assert (found.text, found.kind) == ("−¥9.90", "note")


def test_a_service_category_carries_its_tag() -> None:
    assert cell("category", "家政").is_service
    assert not cell("category", "叶菜").is_service


def test_price_times_quantity_is_shown_as_the_amount() -> None:
    headers = {"phone": "P", "ordered_at": "T", "unit_price": "U", "quantity": "Q"}
    shown = preview([["13800138000", "2018-05-01", "2.50", "3"]], headers)
    assert [column.key for column in shown.columns][-1] == "amount"
    assert shown.rows[0].cells[-1].text == "¥7.50"


def test_a_short_row_lacks_its_last_cells() -> None:
    shown = preview([["13800138000", "2018-05-01"]], {"phone": "P", "ordered_at": "T", "name": "N"})
    assert [each.text for each in shown.rows[0].cells] == ["138****8000", "–", "05-01"]


# -- Effects -------------------------------------------------------------------------------------------------------

EFFECT = {
    "customers_new": 438, "customers_known": 2906, "orders_new": 5117, "orders_updated": 62, "orders_unchanged": 0,
    "refund_orders": 6, "refund_fen": 18460, "refunds_waiting": 0, "products_new": 0, "communities_new": [],
    "gmv": [["2018-04-23", 1244000], ["2018-04-30", 35620800]],
    "lifecycle": {
        "changes": {"new_paying": 438, "active": 745, "silent": -594},
        "moves": [["", "new_paying", 438], ["silent", "active", 594], ["new_paying", "active", 151]],
    },
}  # fmt: skip


def told(**changes: object) -> list[tuple[str, str, str]]:
    lines = effect_words.lines(ImportFile(stored_as="imports/kept", effect=EFFECT | changes))
    return [(line["label"], line["note"], line["value"]) for line in lines]


def test_what_a_file_changes_is_told_in_lines_with_sign_and_unit() -> None:
    assert told() == [
        ("New customers", "", "+438 people"),
        ("Known customers with new orders", "", "2,906 people"),
        ("Orders", "62 updated", "+5,117 orders"),
        ("Refunds", "6 orders", "−¥184.60"),
        ("GMV W18", "and W17 ¥12,440", "+¥356,208"),
        ("New payer", "first purchase", "+438 people"),
        ("Active", "594 from: Silent", "+745 people"),
        ("Silent", "594 become: Active", "−594 people"),
    ]


def test_many_weeks_are_summed_behind_the_latest() -> None:
    weeks = [[(dt.date(2018, 1, 1) + dt.timedelta(weeks=at)).isoformat(), 10000] for at in range(40)]
    [note] = [note for label, note, _value in told(gmv=weeks) if label.startswith("GMV")]
    assert note == "and 39 more weeks, ¥3,900"
    shown = effect_words.weeks(ImportFile(stored_as="imports/kept", effect={"gmv": weeks}))
    assert (len(shown["weeks"]), shown["weeks_left"]) == (12, 28)
    assert shown["weeks"][0]["monday"] == dt.date(2018, 10, 1)


def test_a_file_that_changes_nothing_has_no_lines() -> None:
    nothing = dict.fromkeys(EFFECT, 0) | {"gmv": [], "lifecycle": None, "communities_new": [], "orders_unchanged": 9}
    assert effect_words.lines(ImportFile(stored_as="imports/kept", effect=nothing)) == []


def test_refunds_that_wait_for_their_order_are_said() -> None:
    lines = told(refund_orders=0, refund_fen=0, refunds_waiting=2)
    assert ("Refunds", "2 wait for their orders", "¥0.00") in lines


# -- Progress ------------------------------------------------------------------------------------------------------


def running(
    of_file: str, done: int, total: int, seconds: float = 10, rows: int = 1000, **fields: object
) -> job_words.Progress:
    times = {"started_at": NOON, "heartbeat_at": NOON + dt.timedelta(seconds=seconds)}
    job = Job(**{"id": 7, "state": Job.State.RUNNING, "done": done, "total": total, **times, **fields})
    file = ImportFile(
        stored_as="imports/kept", id=3, name="a.csv", size=4096, rows=rows, refused=10, state=of_file, job=job
    )
    return job_words.progress(file)


def test_writing_tells_rows_a_second_and_time_left() -> None:
    told = running(State.COMMITTING, 7400, 12835)
    assert (told.title, told.done, told.total, told.unit, told.rate) == ("Writing", 7400, 12835, "rows", 740)
    assert told.share == pytest.approx(0.5765, abs=1e-4)
    assert told.seconds_left == pytest.approx(7.34, abs=0.01)


def test_a_check_tells_rows_a_second_and_time_left_by_what_it_has_seen() -> None:
    told = running(State.CHECKING, 1024, 4096, rows=5000)
    assert (told.done, told.total, told.unit, told.rate) == (5000, 20000, "rows", 500)
    assert (told.share, told.seconds_left) == (0.25, pytest.approx(30))


@pytest.mark.parametrize(("done", "rows"), [(0, 5000), (2048, 0)])
def test_a_check_that_has_seen_no_row_yet_counts_kilobytes(done: int, rows: int) -> None:
    told = running(State.CHECKING, done, 4096, rows=rows)
    assert (told.done, told.total, told.unit) == (done // 1024, 4, "KB")


def test_nothing_is_foretold_from_less_than_a_second() -> None:
    told = running(State.COMMITTING, 10, 990, seconds=0.2)
    assert (told.rate, told.seconds_left) == (0, None)


def test_before_the_job_says_how_much_there_is_the_file_does() -> None:
    assert running(State.COMMITTING, 0, 0).total == 990


def test_a_queued_job_says_that_it_waits() -> None:
    assert running(State.COMMITTING, 0, 0, state=Job.State.QUEUED).note == "Waiting for a worker"


def test_a_job_asked_to_stop_says_so_and_tells_no_time() -> None:
    told = running(State.COMMITTING, 7400, 12835, cancel_requested=True)
    assert (told.title, told.seconds_left) == ("Stopping; what was written so far is taken back", None)


def test_taking_back_cannot_be_cancelled() -> None:
    assert running(State.UNDOING, 0, 0).cancel_url == ""


# -- Refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "params", "happened", "todo"),
    [
        ("encoding_mixed", {"offset": 90, "line": 3}, "Byte 90 (line 3)", "Choose the encoding"),
        ("columns_missing", {"names": "Phone, Order time"}, "Phone, Order time", "Choose below which column"),
        ("headers_twice", {"names": "手机号"}, "names a column twice: 手机号", "Give each column one name"),
        ("quote_unclosed", {"line": 7}, "line 7", "Choose the delimiter"),
        ("xlsx_bomb", {"detail": "1000 times"}, "unpacks to far more", "CSV or XLSX"),
        ("header_only", {"line": 1}, "no rows under it", "Export the file again"),
        ("made_up", {}, "made_up", "Export the file again"),
        ("encoding_mixed", {}, "encoding_mixed", "Choose the encoding"),
    ],
)
def test_a_refusal_says_what_happened_what_was_kept_and_what_to_do(
    code: str, params: dict[str, object], happened: str, todo: str
) -> None:
    fault = fault_words.fault_of(
        ImportFile(stored_as="imports/kept", id=4, state=State.REFUSED, refusal={"code": code, "params": params})
    )
    assert happened in fault.happened
    assert todo in fault.todo
    assert "Not one row was written" in fault.kept


def test_every_refusal_has_its_sentence() -> None:
    assert all(fault_words.sentence({"code": code, "params": {}}) for code in fault_words.unreadable.MESSAGES)
    assert all(inspection.NOTICES.values())


def test_a_failure_shows_no_phone() -> None:
    job = Job(error="ValueError: 13800138000 is no order\n  File ...")
    fault = fault_words.fault_of(ImportFile(stored_as="imports/kept", id=4, state=State.FAILED, job=job))
    assert fault.happened == "ValueError: 138****8000 is no order"
