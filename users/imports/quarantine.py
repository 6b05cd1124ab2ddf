"""Rows that stayed out: kept cell by cell with every reason, handed back as a file to be mended and sent again."""

import heapq
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext

from opsdesk.lib import csvfile, filesource, sql, xlsxfile
from opsdesk.lib.limits import COMMAND_LINE
from users.imports import problems, staging, storage
from users.imports.inspection import Inspection
from users.imports.models import ImportFile
from users.imports.problems import RowProblem
from users.imports.siblings import Orders

NOTES_KEPT = 10_000  # remarks of one kind that are kept one by one; beyond that they are only counted
_NUMBER = re.compile(r"[-+][0-9]+(\.[0-9]+)?")

# One row a refused row, in the order of the file, with all its reasons (problem_of_a_file).
_ROWS = """
SELECT r.line, r.cells, coalesce(array_agg(p.code ORDER BY p.id) FILTER (WHERE p.id IS NOT NULL), '{}'),
       coalesce(array_agg(p."column" ORDER BY p.id) FILTER (WHERE p.id IS NOT NULL), '{}')
  FROM users_refusedrow r
  LEFT JOIN users_importproblem p ON p.file_id = r.file_id AND p.line = r.line AND p.refused
 WHERE r.file_id = %(file)s GROUP BY r.id ORDER BY r.line
"""

_CELLS = "SELECT line, cells FROM users_refusedrow WHERE file_id = %(file)s ORDER BY line"
_LINES = "SELECT line FROM users_importproblem WHERE file_id = %(file)s AND code = %(code)s AND refused ORDER BY line"


@dataclass
class Keeper:
    """Takes in the problems of one file, chunk by chunk; `counts` are rows by code, kept one by one or not."""

    file: ImportFile
    counts: Counter[str] = field(default_factory=Counter)
    refused: int = 0

    def forget(self) -> None:
        """What an earlier check of the file found."""
        sql.run("DELETE FROM users_importproblem WHERE file_id = %(file)s", file=self.file.pk)
        sql.run("DELETE FROM users_refusedrow WHERE file_id = %(file)s", file=self.file.pk)

    def keep(self, found: Sequence[RowProblem], rows: Sequence[tuple[int, list[str]]]) -> None:
        kept = [problem for problem in found if self._is_kept(problem)]
        staging.copy("users_importproblem", _problem_table(self.file.pk, kept))
        staging.copy("users_refusedrow", _row_table(self.file.pk, rows))
        self.refused += len(rows)

    def _is_kept(self, problem: RowProblem) -> bool:
        self.counts[problem.code] += 1
        return problem.severity == "refused" or self.counts[problem.code] <= NOTES_KEPT


def _problem_table(file_id: int, found: Sequence[RowProblem]) -> pa.Table:
    return pa.table(
        {
            "file_id": pa.repeat(file_id, len(found)),
            "line": [problem.line for problem in found],
            "column": pa.array([problem.column[:80] for problem in found], pa.string()),
            "value": pa.array([problem.value[:100] for problem in found], pa.string()),
            "code": pa.array([problem.code for problem in found], pa.string()),
            "refused": [problem.severity == "refused" for problem in found],
        }
    )


def _row_table(file_id: int, rows: Sequence[tuple[int, list[str]]]) -> pa.Table:
    return pa.table(
        {
            "file_id": pa.repeat(file_id, len(rows)),
            "line": [line for line, _cells in rows],
            "cells": pa.array([json.dumps(cells, ensure_ascii=False) for _line, cells in rows], pa.string()),
        }
    )


def late_rows(file: ImportFile, inspection: Inspection, code: str) -> Iterator[tuple[int, list[str]]]:
    """The cells, as the file has them, of the rows that were refused for `code` after they had been read: a second
    reading of the file, in step with their lines."""
    lines = (line for (line,) in sql.stream(_LINES, file=file.pk, code=code))
    wanted = next(lines, None)
    for line, cells in _raw_rows(storage.path_of(file.stored_as), inspection):
        if wanted is None:
            return
        if line == wanted:
            yield line, cells
            wanted = next(lines, None)


def _raw_rows(path: Path, inspection: Inspection) -> Iterator[tuple[int, list[str]]]:
    with filesource.opened(path, COMMAND_LINE) as source:
        if inspection.kind == "xlsx":
            with xlsxfile.opened(source) as sheet:
                yield from sheet.rows
        else:
            yield from csvfile.rows(source, inspection.encoding, inspection.delimiter)


def head(file: ImportFile) -> list[str]:
    """The file's own columns, then where and why."""
    return [*file.inspection.get("headers", []), gettext("Line"), gettext("Reason"), gettext("What to do")]


def rows(file: ImportFile) -> Iterator[list[Any]]:
    """Refused rows with their reasons and, among them in the order of the file, the good rows of the same orders.
    Streamed; cells are as in the file (the writer neutralises formulas)."""
    for _line, row in heapq.merge(_refused_rows(file), _good_rows(file), key=itemgetter(0)):
        yield row


def _refused_rows(file: ImportFile) -> Iterator[tuple[int, list[Any]]]:
    for line, cells, codes, columns in sql.stream(_ROWS, file=file.pk):
        yield line, [*_fitted(file, json.loads(cells)), line, _reasons(codes, columns), _advice(codes)]


def _good_rows(file: ImportFile) -> Iterator[tuple[int, list[Any]]]:
    why, todo = gettext("comes along: same order as line %(line)s"), gettext("Leave it as it is.")
    for line, cells, lost in _alongside(file):
        yield line, [*_fitted(file, cells), line, why % {"line": lost}, todo]


def _alongside(file: ImportFile) -> Iterator[tuple[int, list[str], int]]:
    """(line, cells, line of the refused row); nothing once the upload is no longer kept."""
    if not (file.refused and storage.is_kept(file.stored_as)):
        return
    inspection = Inspection.from_json(file.inspection)
    orders = Orders.of(inspection, date.fromisoformat(file.facts["today"]))
    for line, cells in sql.stream(_CELLS, file=file.pk):
        orders.lost(line, json.loads(cells))
    yield from orders.alongside(_raw_rows(storage.path_of(file.stored_as), inspection), inspection.header_line)


def _fitted(file: ImportFile, row: Sequence[str]) -> list[Any]:
    width = len(file.inspection.get("headers", []))
    return [*map(_cell, row), *[""] * (width - len(row))]


def _cell(text: str) -> str | Decimal:
    """A signed number stays a number, so that a mended -9.90 needs no second mending."""
    return Decimal(text) if _NUMBER.fullmatch(text) and not text.startswith("+") else text


def _reasons(codes: Iterable[str], columns: Iterable[str]) -> str:
    told = zip(columns, codes, strict=True)
    return " ".join(f"{column}: {_say(code)}" if column else _say(code) for column, code in told)


def _say(code: str) -> str:
    return gettext(problems.PROBLEMS[code].reason)


def _advice(codes: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(gettext(problems.PROBLEMS[code].advice) for code in codes))
