"""The rules on whole chunks: cells of the usual shape by column (pyarrow), everything else through rules.clean_row.

The usual shape is a proper subset of what the rules accept, and means the same; a property test holds the two together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from opsdesk.lib.badvalue import BadValue
from users.imports import chunks, columns, problems, rules, shapes, usual
from users.imports.problems import RowProblem
from users.imports.rules import CleanRow, How
from users.imports.shapes import Array

REMEMBERED = 200_000


@dataclass
class Batch:
    """Raw rows with their lines, as a reader gives them."""

    lines: Sequence[int]
    rows: Sequence[list[str]]


@dataclass
class Cleaned:
    frame: pd.DataFrame
    problems: list[RowProblem]
    refused: list[tuple[int, list[str]]]
    blank_rows: int


class Cleaner:
    """Cleans the chunks of one file. `headers`: its header row.

    `padded`: rows of a sheet, which drop their trailing empty cells and may have remarks beside the table.
    """

    def __init__(self, how: How, headers: Sequence[str], padded: bool = False) -> None:
        self.how = how
        self.width = len(headers)
        self.places = {key: headers.index(header) for key, header in how.mapping.columns.items()}
        self.needed = max(self.places.values()) + 1
        self.padded = padded
        self.memory: dict[tuple[str, str], Any] = {}

    def read(self, field: columns.Field, text: str) -> Any:
        """The value of a cell, remembered; BadValue again when it was bad before."""
        value = self.outcome(field, text)
        if isinstance(value, BadValue):
            raise BadValue(value.code)  # a new one: the same raised again would drag its tracebacks along
        return value

    def outcome(self, field: columns.Field, text: str) -> Any:
        """The value of a cell, or the BadValue itself."""
        key = (field.key, text)
        if key not in self.memory:
            if len(self.memory) >= REMEMBERED:
                self.memory.clear()
            self.memory[key] = self._outcome(field, text)
        return self.memory[key]

    def _outcome(self, field: columns.Field, text: str) -> Any:
        try:
            return field.read(text, self.how.context)
        except BadValue as bad:
            return bad

    def clean(self, batch: Batch) -> Cleaned:
        done = Cleaned(chunks.frame_of([]), [], [], 0)
        lines, rows = self._well_formed(batch, done)
        if rows:
            done.frame = self._frame(lines, rows, done)
        done.refused.sort(key=lambda refused: refused[0])
        done.problems.sort(key=lambda problem: problem.line)
        return done

    def _well_formed(self, batch: Batch, done: Cleaned) -> tuple[list[int], list[list[str]]]:
        """Rows as wide as the header; blank ones are counted, ragged ones refused."""
        lines: list[int] = []
        fitting: list[list[str]] = []
        for line, row in zip(batch.lines, batch.rows, strict=True):
            if len(row) == self.width and row[0].strip():
                fitted: list[str] | None = row
            elif not any(map(str.strip, row)):
                done.blank_rows += 1
                continue
            else:
                fitted = self._fitted(line, row, done)
            if fitted is not None:
                lines.append(line)
                fitting.append(fitted)
        return lines, fitting

    def _fitted(self, line: int, row: list[str], done: Cleaned) -> list[str] | None:
        """The row at the header's width where only empty or unused cells make the difference."""
        if not self.padded and any(map(str.strip, row[self.width :])):
            code = "cells_too_many"
        elif not self.padded and len(row) < self.needed:
            code = "cells_too_few"
        else:
            return (row + [""] * (self.width - len(row)))[: self.width]
        done.problems.append(problems.row_problem(line, "", "", f"{len(row)} / {self.width}", code))
        done.refused.append((line, row))
        return None

    def _frame(self, lines: list[int], rows: list[list[str]], done: Cleaned) -> pd.DataFrame:
        table = list(zip(*rows, strict=True))
        cells = {key: shapes.text_array(table[place]) for key, place in self.places.items()}
        plain, read = usual.sales(cells, self.how, self.outcome)
        frame = usual.table(np.asarray(lines), plain, read)
        rest = self._one_by_one(np.flatnonzero(~plain), lines, rows, done)
        if rest:
            both = pd.concat([frame, chunks.frame_of(rest)], ignore_index=True)
            frame = both.sort_values("line", kind="stable", ignore_index=True)
        return frame

    def _one_by_one(self, places: Array, lines: list[int], rows: list[list[str]], done: Cleaned) -> list[CleanRow]:
        accepted = []
        for at in places.tolist():
            cells = {key: rows[at][place] for key, place in self.places.items()}
            row, found = rules.clean_row(lines[at], cells, self.how, self.read)
            done.problems.extend(found)
            if row is None:
                done.refused.append((lines[at], rows[at]))
            else:
                accepted.append(row)
        return accepted
