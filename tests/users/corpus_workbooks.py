"""Workbooks, sound and hostile."""

import gzip
from dataclasses import replace

from opsdesk.lib.limits import COMMAND_LINE
from tests.users.corpus_case import MEGABYTE, TABLE, Cases
from tests.users.workbook_parts import (
    DATE_STYLE,
    TIME_STYLE,
    cell_xml,
    flagged_encrypted,
    lying,
    parts,
    row_xml,
    sheet,
    workbook,
    zipped,
)

SHORT = ["手机号", "时间", "金额"]
FIRST = ["13800138000", "2018-03-01", "12.50"]

CASES = Cases()

CASES.read(
    "workbook", workbook([SHORT, FIRST, ["1", "2018-03-01", 5]]), 1, "3 phone_length", has={"phone": "13800138000"}
)
CASES.read(
    "workbook phones stored as numbers",
    workbook([SHORT, [13800138000, "2018-03-01", 12.5], [13800138000.0, "2018-03-01", 36.90000000000001]]),
    2,
    has={"phone": "13800138000", "amount_fen": 1250},
)
CASES.read(
    "workbook phone as scientific text", workbook([SHORT, ["1.38E+10", "2018-03-01", 1]]), 0, "2 phone_scientific"
)
DATES = "".join(
    row_xml(n, cell_xml(f"A{n}", 13800138000), cell_xml(f"B{n}", serial, f' s="{style}"'))
    for n, serial, style in ((2, 43160, DATE_STYLE), (3, 43160.5, TIME_STYLE), (4, 43160.25, 0))
)
CASES.read(
    "workbook with date cells",
    workbook([SHORT[:2]], raw=DATES),
    3,
    has={"ordered_at": "2018-03-01 00:00:00", "has_time": False},
    notices=("amount_unknown",),
)
SINCE_1904 = '<workbookPr date1904="1"/>'
CASES.read(
    "workbook counting from 1904",
    lambda: zipped(parts({"a": sheet([SHORT[:2]], raw=DATES.replace("43160", "41698"))}, properties=SINCE_1904)),
    3,
    has={"ordered_at": "2018-03-01 00:00:00"},
    notices=("since_1904", "amount_unknown"),
)
CASES.read(
    "workbook with formulas",
    workbook(
        [SHORT],
        raw=row_xml(
            2,
            '<c r="A2" t="str"><f>"1"&amp;B2</f><v>13800138000</v></c>',
            '<c r="B2"><f>1+1</f><v>43160</v></c>',
            '<c r="C2"><f>5*2.5</f><v>12.5</v></c>',
        ),
    ),
    1,
    has={"phone": "13800138000", "amount_fen": 1250},
)
CASES.read(
    "workbook with formulas never computed",
    workbook(
        [SHORT],
        raw=row_xml(2, '<c r="A2"><f>1+1</f></c>', cell_xml("B2", "2018-03-01"), cell_xml("C2", 1)),
    ),
    0,
    "2 phone_missing",
)
CASES.read(
    "workbook with an error cell",
    workbook(
        [SHORT],
        raw=row_xml(2, cell_xml("A2", 13800138000), cell_xml("B2", 43160), '<c r="C2" t="e"><v>#VALUE!</v></c>'),
    ),
    0,
    "2 amount_missing",
)
CASES.read(
    "workbook with a far cell in A",
    workbook([SHORT, FIRST], raw=row_xml(1048576, cell_xml("A1048576", "x"))),
    1,
    "1048576 phone_letters",
    "1048576 time_missing",
    "1048576 amount_missing",
)
CASES.refuse(
    "workbook with a far cell in the header",
    workbook(
        raw=row_xml(1, *map(cell_xml, ("A1", "B1", "XFD1"), ("手机号", "时间", "x"))) + row_xml(2, cell_xml("A2", "1"))
    ),
    "columns_too_many",
    1,
)
CASES.read("workbook with a far cell in a row", workbook([SHORT, FIRST], raw=row_xml(3, cell_xml("XFD3", "x"))), 1)
CASES.refuse(
    "workbook with a cell in the last corner",
    workbook([SHORT, FIRST], raw=row_xml(1048576, cell_xml("XFD1048576", "x"))),
    "xlsx_gave_up",
)
CASES.read("workbook with a wrong dimension", workbook([SHORT, FIRST, FIRST], before='<dimension ref="A1:A1"/>'), 2)
CASES.read(
    "workbook with titles and blank rows", workbook([["订单导出"], [], SHORT, [], FIRST]), 1, notices=("title_rows",)
)
CASES.read(
    "workbook with merged cells",
    workbook(
        [SHORT, FIRST, ["", "2018-03-01", 5]], after='<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    ),
    1,
    "3 phone_missing",
    notices=("merged_cells",),
)
CASES.read(
    "workbook with a second sheet",
    lambda: zipped(parts({"a": sheet([SHORT, FIRST]), "b": sheet([SHORT])})),
    1,
    notices=("other_sheets",),
)
CASES.read(
    "workbook with a hidden first sheet",
    lambda: zipped(parts({"secret": sheet([["x"]]), "a": sheet([SHORT, FIRST])}, hidden=["secret"])),
    1,
    notices=("hidden_sheets",),
)
CASES.read(
    "workbook with an empty first sheet",
    lambda: zipped(parts({"cover": sheet(), "a": sheet([SHORT, FIRST])})),
    1,
    notices=("other_sheets",),
)
CASES.refuse(
    "workbook with hidden sheets only",
    lambda: zipped(parts({"a": sheet([SHORT, FIRST])}, hidden=["a"])),
    "xlsx_no_sheet",
)
CASES.refuse("workbook without cells", lambda: workbook(), "xlsx_no_sheet")
CASES.refuse("workbook with a header only", workbook([SHORT]), "header_only", 1)
CASES.refuse("workbook with a header named twice", workbook([[*SHORT, "手机号"], FIRST]), "headers_twice", 1)
CASES.read(
    "workbook with macros",
    lambda: zipped({**parts({"a": sheet([SHORT, FIRST])}), "xl/vbaProject.bin": b"\0" * 50}),
    1,
    name="orders.xlsm",
    notices=("macros",),
)
CASES.refuse("workbook with a long cell", lambda: workbook([SHORT, ["x" * 40_000]]), "cell_too_long", 2)
CASES.refuse("workbook cut off", lambda: workbook([SHORT, FIRST])[:-100], "xlsx_damaged")
CASES.refuse(
    "workbook with damaged bytes",
    lambda: (
        workbook([SHORT, *[FIRST] * 50])
        .replace(b"PK\x03\x04", b"PK\x03\x05", 2)
        .replace(b"PK\x03\x05", b"PK\x03\x04", 1)
    ),
    "xlsx_damaged",
)
ENTITY = '<!DOCTYPE x [<!ENTITY a "1380013800">{0}]>'
LAUGHS = "".join(
    f'<!ENTITY {b} "&{a};&{a};&{a};&{a};&{a};&{a};&{a};&{a};">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
CASES.refuse(
    "workbook with a billion laughs",
    workbook([SHORT, ["&i;", "2018-03-01", 1]], head=ENTITY.format(LAUGHS)),
    "xlsx_damaged",
)
CASES.refuse(
    "workbook with an outside entity",
    workbook([SHORT, ["&x;", "2018-03-01", 1]], head='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "xlsx_damaged",
)
CASES.refuse("workbook of 60 MB of spaces", lambda: workbook([SHORT, FIRST], after=" " * (60 * MEGABYTE)), "xlsx_bomb")
CASES.refuse(
    "workbook unpacking to too much",
    lambda: workbook([SHORT, FIRST]),
    "xlsx_bomb",
    limits=replace(COMMAND_LINE, xlsx_unpacked_bytes=1000),
)
CASES.refuse(
    "workbook with lying sizes",
    lambda: lying(workbook([SHORT, *[FIRST] * 2000]), "xl/worksheets/sheet1.xml", 1000),
    "xlsx_damaged",
)
CASES.refuse(
    "workbook of 2,000 members",
    lambda: zipped({**parts({"a": sheet([SHORT, FIRST])}), **{f"x{n}": "" for n in range(2000)}}),
    "xlsx_bomb",
)
CASES.refuse(
    "workbook over 20 MB",
    lambda: workbook([SHORT, FIRST]),
    "xlsx_too_large",
    limits=replace(COMMAND_LINE, xlsx_bytes=1000),
)
CASES.refuse("workbook with encrypted members", lambda: flagged_encrypted(workbook([SHORT, FIRST])), "xlsx_encrypted")
CASES.refuse("word document", zipped({"word/document.xml": "<x/>"}), "xlsx_not_workbook", name="orders.docx")
CASES.refuse("open document", zipped({"content.xml": "<x/>"}), "xlsx_not_workbook", name="orders.ods")
CASES.refuse("binary workbook", zipped({"xl/workbook.bin": "x"}), "xlsx_not_workbook", name="orders.xlsb")
CASES.refuse("zip of a csv", zipped({"orders.csv": TABLE}), "xlsx_not_workbook", name="orders.zip")
CASES.refuse("empty zip", b"PK\x05\x06" + b"\0" * 18, "not_a_table")
CASES.refuse(
    "workbook without its sheet",
    lambda: zipped({name: part for name, part in parts({"a": sheet([SHORT])}).items() if "sheet1" not in name}),
    "xlsx_damaged",
)
CASES.read("gzip of a workbook", gzip.compress(workbook([SHORT, FIRST])), 1)
CASES.read("xlsx named csv", workbook([SHORT, FIRST]), 1)
