"""Workbooks for the corpus, written part by part so that they can be wrong in any way."""

import io
import struct
import zipfile
from collections.abc import Iterable, Sequence

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DATE_STYLE, TIME_STYLE = 1, 2

Cell = str | int | float | bool
Row = Sequence[Cell]


def cell_xml(place: str, value: Cell, extra: str = "") -> str:
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"{extra}><v>{value}</v></c>'


def row_xml(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def rows_xml(rows: Iterable[Row], first: int = 1) -> str:
    made = []
    for number, row in enumerate(rows, start=first):
        cells = "".join(cell_xml(f"{chr(65 + at)}{number}", value) for at, value in enumerate(row) if value != "")
        made.append(row_xml(number, cells))
    return "".join(made)


def sheet(rows: Iterable[Row] = (), raw: str = "", before: str = "", after: str = "", head: str = "") -> str:
    """A worksheet part: rows, then raw row XML; `before` and `after` stand around the data."""
    data = f"<sheetData>{rows_xml(rows)}{raw}</sheetData>"
    return f'<?xml version="1.0"?>{head}<worksheet xmlns="{MAIN}">{before}{data}{after}</worksheet>'


def parts(sheets: dict[str, str], hidden: Sequence[str] = (), properties: str = "") -> dict[str, str]:
    """All parts of a workbook by name: sheet name -> worksheet XML."""
    tags, relations, types = [], [], []
    for number, name in enumerate(sheets, start=1):
        state = ' state="hidden"' if name in hidden else ""
        tags.append(f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"{state}/>')
        target = f"worksheets/sheet{number}.xml"
        relations.append(f'<Relationship Id="rId{number}" Type="{RELATIONS}/worksheet" Target="{target}"/>')
        types.append(f'<Override PartName="/xl/{target}" ContentType="{TYPE}.worksheet+xml"/>')
    styles = f'<Relationship Id="rId99" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>{"".join(types)}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}<sheets>{"".join(tags)}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(relations)}{styles}</Relationships>'
        ),
        "xl/styles.xml": (
            f'<styleSheet xmlns="{MAIN}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/>'
            '<xf numFmtId="22"/></cellXfs></styleSheet>'
        ),
        **{f"xl/worksheets/sheet{number}.xml": xml for number, xml in enumerate(sheets.values(), start=1)},
    }


def zipped(members: dict[str, str | bytes] | dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def workbook(rows: Iterable[Row] = (), **options: str) -> bytes:
    return zipped(parts({"Orders": sheet(rows, **options)}))


def lying(made: bytes, member: str, size: int) -> bytes:
    """The same zip, whose headers state another unpacked size for one member."""
    name = member.encode()
    patched = bytearray(made)
    for signature, at_size, at_name in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = made.find(signature)
        while at >= 0:
            if made[at + at_name : at + at_name + len(name)] == name:
                patched[at + at_size : at + at_size + 4] = struct.pack("<I", size)
            at = made.find(signature, at + 4)
    return bytes(patched)


def flagged_encrypted(made: bytes) -> bytes:
    """The same zip, whose directory says that every member is encrypted."""
    patched = bytearray(made)
    at = made.find(b"PK\x01\x02")
    while at >= 0:
        patched[at + 8] |= 1
        at = made.find(b"PK\x01\x02", at + 4)
    return bytes(patched)
