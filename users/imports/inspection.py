"""A first look at a file: what it is, where its table is, how its columns are understood, and what to ask (pure)."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from opsdesk.lib import csvfile, encodings, filesource, magic, xlsxfile
from opsdesk.lib.filesource import File, Source
from opsdesk.lib.limits import COMMAND_LINE, Limits
from opsdesk.lib.unreadable import UnreadableFile
from opsdesk.lib.wording import gettext_noop as _
from users.imports import columns, layout
from users.imports.cleaning import Batch, Cleaner
from users.imports.columns import Mapping
from users.imports.rules import How

NOTICES = {
    "amount_unknown": _("There is no amount and no price with a quantity: how much was paid (M) stays unknown."),
    "title_rows": _("%(rows)s rows above the header were left out."),
    "blank_headers": _("Columns without a name are not read: %(columns)s."),
    "other_sheets": _("Only the sheet %(sheet)s is read; left aside: %(names)s."),
    "hidden_sheets": _("Hidden sheets are not read: %(names)s."),
    "merged_cells": _("The sheet has %(count)s merged areas; only the first cell of each has a value."),
    "macros": _("The workbook carries macros; they are neither run nor read."),
    "since_1904": _("The workbook counts days from 1904; its dates are read so."),
    "not_a_workbook": _("The file is named like a workbook but holds plain text; it is read as CSV."),
}


@dataclass(frozen=True)
class Notice:
    """Something to know about the file as a whole: NOTICES[code] % params."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """The first rows of a file and how they were got at."""

    rows: list[csvfile.Row]
    kind: str
    encoding: str = ""
    delimiter: str = ""
    since_1904: bool = False
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Inspection:
    """How a file will be read. Round-trips through JSON; `dataclasses.replace` its mapping to read it otherwise.

    `ambiguous`: fields that several headers could be, the chosen first. `missing`: required fields without a column.
    `sample`: the first twenty rows, raw. `questions`: what only a person can say, with examples from the sample:
    "day_order" (1/3/2018) and "status_words" (words unknown here).
    """

    kind: str
    name: str
    size: int
    encoding: str
    delimiter: str
    header_line: int
    headers: list[str]
    mapping: Mapping
    ambiguous: dict[str, list[str]]
    unmapped: list[str]
    missing: list[str]
    sample: list[tuple[int, list[str]]]
    notices: list[Notice]
    questions: dict[str, list[str]]
    since_1904: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Inspection":
        return cls(
            **{
                **stored,
                "mapping": Mapping.from_json(stored["mapping"]),
                "sample": [(line, cells) for line, cells in stored["sample"]],
                "notices": [Notice(**notice) for notice in stored["notices"]],
            }
        )


def inspect(
    file: File,
    name: str,
    *,
    today: date,
    encoding: str | None = None,
    delimiter: str | None = None,
    mapping: Mapping | None = None,
    limits: Limits = COMMAND_LINE,
) -> Inspection:
    """What the file is and how its columns are understood. Decodes it once to its end; splits no rows beyond the first.

    A forced encoding or delimiter overrides detection; a given mapping must fit the headers. A file with `missing`
    fields can be looked at but not read. UnreadableFile where there is no table to look at.
    """
    with filesource.opened(file, limits) as source:
        if magic.kind_of(source.head()) == "xlsx":
            table = _first_of_sheet(source)
        else:
            table = _first_of_text(source, name, encoding, delimiter, _wanted(mapping))
        return _understood(table, source, name, mapping, today)


def _wanted(mapping: Mapping | None) -> set[str]:
    return set(mapping.columns.values()) if mapping else set()


def _first_of_text(source: Source, name: str, encoding: str | None, delimiter: str | None, wanted: set[str]) -> Table:
    found = encodings.detect(source, encoding)
    split = delimiter or layout.find_delimiter(source, found, wanted)
    rows = layout.first_rows(source, found, split)
    misnamed = name.lower().endswith((".xls", ".xlsx"))
    return Table(rows, "csv", found, split, notices=(Notice("not_a_workbook"),) if misnamed else ())


def _first_of_sheet(source: Source) -> Table:
    with xlsxfile.opened(source) as sheet:
        rows = list(islice(sheet.rows, layout.LOOK_ROWS))
        return Table(rows, "xlsx", since_1904=sheet.since_1904, notices=tuple(_sheet_notices(sheet)))


def _sheet_notices(sheet: xlsxfile.Sheet) -> Iterator[Notice]:
    if sheet.others:
        yield Notice("other_sheets", {"sheet": sheet.name, "names": ", ".join(sheet.others)})
    if sheet.hidden:
        yield Notice("hidden_sheets", {"names": ", ".join(sheet.hidden)})
    if sheet.merged:
        yield Notice("merged_cells", {"count": sheet.merged})
    if sheet.macros:
        yield Notice("macros")
    if sheet.since_1904:
        yield Notice("since_1904")


def _understood(table: Table, source: Source, name: str, mapping: Mapping | None, today: date) -> Inspection:
    header = layout.find_header(table.rows, _wanted(mapping))
    layout.check_header(header, table.rows[header.place][1], source.limits.columns)
    sample = layout.sample(table.rows, header)
    if not sample:
        raise UnreadableFile("header_only", line=header.line)
    guess = columns.recognise(header.names)
    chosen = mapping or guess.mapping
    layout.check_mapped(chosen, header.names)
    missing = columns.missing(chosen)
    return Inspection(
        kind=table.kind,
        name=name,
        size=source.size,
        encoding=table.encoding,
        delimiter=table.delimiter,
        header_line=header.line,
        headers=list(header.names),
        mapping=chosen,
        ambiguous={key: list(claim) for key, claim in guess.ambiguous.items()},
        unmapped=[each for each in header.names if each and each not in chosen.columns.values()],
        missing=list(missing),
        sample=sample,
        notices=[*table.notices, *_header_notices(header, chosen, sample)],
        questions={} if missing else _questions(sample, header, How.of(chosen, today, table.since_1904)),
        since_1904=table.since_1904,
    )


def _header_notices(header: layout.Header, mapping: Mapping, sample: list[csvfile.Row]) -> Iterator[Notice]:
    if header.place:
        yield Notice("title_rows", {"rows": header.place})
    used = {place for _line, cells in sample for place, cell in enumerate(cells) if cell.strip()}
    blank = [str(place + 1) for place, each in enumerate(header.names) if not each and place in used]
    if blank:
        yield Notice("blank_headers", {"columns": ", ".join(blank)})
    priced = {"unit_price", "quantity"} <= mapping.columns.keys()
    if "amount" not in mapping.columns and not priced:
        yield Notice("amount_unknown")


QUESTIONS = {"date_ambiguous": "day_order", "status_unknown": "status_words"}


def _questions(sample: list[csvfile.Row], header: layout.Header, how: How) -> dict[str, list[str]]:
    """What stands in the way of the first rows and only a person can settle."""
    cleaner = Cleaner(how, header.names, padded=True)
    batch = Batch([line for line, _cells in sample], [cells for _line, cells in sample])
    asked: dict[str, list[str]] = {}
    for problem in cleaner.clean(batch).problems:
        if problem.code in QUESTIONS:
            examples = asked.setdefault(QUESTIONS[problem.code], [])
            examples.extend([problem.value] if problem.value not in examples else [])
    return asked
