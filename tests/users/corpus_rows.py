"""Rows with one bad cell each."""

from tests.users.corpus_case import HEADER, OTHER, TABLE, Cases, row, text

CASES = Cases()

for case, cell, code in (
    ("written by excel", "1.38E+10", "phone_scientific"),
    ("masked", "138****8000", "phone_masked"),
    ("two", "13800138000/13900139000", "phone_two"),
    ("a landline", "021-12345678", "phone_landline"),
    ("a service number", "400-800-8820", "phone_landline"),
    ("ten digits", "1380013800", "phone_length"),
    ("twelve digits", "138001380001", "phone_length"),
    ("beginning with 11", "11800138000", "phone_not_mobile"),
    ("missing", "", "phone_missing"),
    ("a formula", "=HYPERLINK(A1)", "phone_letters"),
):
    CASES.read(f"phone {case}", text(HEADER, row(phone=cell), OTHER), 1, f"2 {code}")
for case, cell in {
    "a float": "13800138000.0",
    "with +86": "+86 138-0013-8000",
    "full width": "１３８００１３８０００",
    "as text": '="13800138000"',
}.items():
    CASES.read(f"phone {case}", text(HEADER, row(phone=cell)), 1, has={"phone": "13800138000"})
for case, cell, code in (
    ("negative", "-9.90", "negative_without_mark"),
    ("nan", "NaN", "amount_not_a_number"),
    ("infinite", "Infinity", "amount_not_a_number"),
    ("1e309", "1e309", "amount_not_a_number"),
    ("too large", "10000000.01", "amount_too_large"),
    ("missing", "", "amount_missing"),
):
    CASES.read(f"amount {case}", text(HEADER, row(amount=cell), OTHER), 1, f"2 {code}")
for case, cell, fen in (
    ("with a sign", "￥12.50", 1250),
    ("grouped", '"1,234.50"', 123450),
    ("full width", "１２．５０", 1250),
    ("in yuan", "12.5元", 1250),
    ("zero", "0", 0),
    ("of three decimals", "12.345", 1235),
):
    CASES.read(f"amount {case}", text(HEADER, row(amount=cell)), 1, has={"amount_fen": fen})
for case, cell, code in (
    ("impossible", "2018-02-30", "date_impossible"),
    ("in the future", "2030-01-01", "date_in_the_future"),
    ("too old", "1970-01-01", "date_too_old"),
    ("ambiguous", "1/3/2018", "date_ambiguous"),
    ("missing", "", "time_missing"),
):
    CASES.read(f"date {case}", text(HEADER, row(time=cell), OTHER), 1, f"2 {code}")
for case, cell in {
    "with slashes": "2018/3/1 8:30",
    "with dots": "2018.3.1 08:30",
    "in chinese": "2018年3月1日 8:30",
    "iso with offset": "2018-03-01T00:30:00Z",
    "as excel's number": "43160.3541666667",
}.items():
    CASES.read(f"date {case}", text(HEADER, row(time=cell)), 1, has={"ordered_at": "2018-03-01 08:30:00"})
for case, cell in {
    "formula": "=HYPERLINK(A1)", "plus": "+1+1", "at": "@SUM(1)", "full width equals": "＝1+1", "pipe": "|cmd /c calc",
    "script": "<script>alert(1)</script>", "template": "{{7*7}}", "sql": "'; DROP TABLE users--",
    "path": "../../etc/passwd", "emoji": "👍🏽" * 20,
}.items():  # fmt: skip
    CASES.read(f"hostile text {case}", text(HEADER, row(product=cell)), 1, has={"product": cell})
CASES.read(
    "hostile text right to left", text(HEADER, row(product="\u202egnp.exe\u202c")), 1, has={"product": "gnp.exe"}
)
CASES.read("hostile text zero width", text(HEADER, row(product="五\u200b花\ufeff肉")), 1, has={"product": "五花肉"})
CASES.read("hostile text ten thousand emoji", text(HEADER, row(product="😀" * 10_000), OTHER), 1, "2 text_too_long")
CASES.read("hostile file name", TABLE.encode(), 2, name="../../CON.csv")
CASES.read(
    "every problem of a row",
    text(HEADER, row(phone="1", time="x", amount="y")),
    0,
    "2 phone_length",
    "2 date_unreadable",
    "2 amount_not_a_number",
)
CASES.read(
    "a cancelled invoice",
    text("Phone,InvoiceNo,Quantity,InvoiceDate,UnitPrice", "13800138000,C536379,-1,2010-12-01 09:41:00,27.5"),
    1,
    has={"kind": "refund", "amount_fen": -2750, "order_number": "536379"},
)
