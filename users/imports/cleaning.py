"""The rules on whole chunks: cells of the usual shape by column (pyarrow), everything else through rules.clean_row.

The usual shape is a proper subset of what the rules accept, and means the same; a property test holds the two together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from opsdesk.lib.badvalue import BadValue
from users.imports import chunks, columns, problems, rules, shapes, usual
from users.imports.problems import RowProblem
from users.imports.rules import CleanRow, How
from users.imports.shapes import Array

REMEMBERED = 200_000
NO_ROWS = chunks.frame_of([])


class Table(Protocol):
    """Rows as wide as the header, by row and by column."""

    lines: Sequence[int]

    def column(self, place: int) -> pa.StringArray: ...

    def row(self, at: int) -> list[str]: ...


@dataclass
class Batch:
    """Raw rows with their lines, as a reader gives them: of any width."""

    lines: Sequence[int]
    rows: Sequence[list[str]]

    def __len__(self) -> int:
        return len(self.lines)


@dataclass
class Listed:
    """Rows of the header's width."""

    lines: Sequence[int]
    rows: Sequence[list[str]]

    def __post_init__(self) -> None:
        self._columns = list(zip(*self.rows, strict=True))

    def column(self, place: int) -> pa.StringArray:
        return shapes.text_array(self._columns[place])

    def row(self, at: int) -> list[str]:
        return self.rows[at]


@dataclass
class Split:
    """The same, split by column already (opsdesk.lib.plaincsv)."""

    lines: Sequence[int]
    cells: pa.Table

    def __len__(self) -> int:
        return len(self.lines)

    def column(self, place: int) -> pa.StringArray:
        return self.cells.column(place).chunk(0)

    def row(self, at: int) -> list[str]:
        return [column[at].as_py() for column in self.cells.columns]


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
        """The value of a cell, or the BadValue itself. Threads may share the memory: what one clears another has."""
        key = (field.key, text)
        value = self.memory.get(key, self)
        if value is self:
            if len(self.memory) >= REMEMBERED:
                self.memory.clear()
            value = self.memory[key] = self._outcome(field, text)
        return value

    def _outcome(self, field: columns.Field, text: str) -> Any:
        try:
            return field.read(text, self.how.context)
        except BadValue as bad:
            return bad

    def clean(self, batch: Batch | Split) -> Cleaned:
        done = Cleaned(NO_ROWS, [], [], 0)
        table = self._without_blank(batch, done) if isinstance(batch, Split) else self._well_formed(batch, done)
        if table.lines:
            done.frame = self._frame(table, done)
        done.refused.sort(key=lambda refused: refused[0])
        done.problems.sort(key=lambda problem: problem.line)
        return done

    def _without_blank(self, batch: Split, done: Cleaned) -> Split:
        empty = pc.equal(pc.utf8_trim_whitespace(batch.column(0)), "").to_numpy(zero_copy_only=False)
        blank = {at for at in np.flatnonzero(empty).tolist() if not any(map(str.strip, batch.row(at)))}
        if not blank:
            return batch
        done.blank_rows += len(blank)
        kept = [at for at in range(len(batch)) if at not in blank]
        return Split([batch.lines[at] for at in kept], batch.cells.take(pa.array(kept, pa.int64())).combine_chunks())

    def _well_formed(self, batch: Batch, done: Cleaned) -> Listed:
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
        return Listed(lines, fitting)

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

    def _frame(self, table: Table, done: Cleaned) -> pd.DataFrame:
        cells = {key: table.column(place) for key, place in self.places.items()}
        plain, read = usual.sales(cells, self.how, self.outcome)
        frame = usual.table(np.asarray(table.lines), plain, read)
        rest = self._one_by_one(np.flatnonzero(~plain), table, done)
        if rest:
            both = pd.concat([frame, chunks.frame_of(rest)], ignore_index=True)
            frame = both.sort_values("line", kind="stable", ignore_index=True)
        return frame

    def _one_by_one(self, places: Array, table: Table, done: Cleaned) -> list[CleanRow]:
        accepted = []
        for at in places.tolist():
            line, raw = table.lines[at], table.row(at)
            cells = {key: raw[place] for key, place in self.places.items()}
            row, found = rules.clean_row(line, cells, self.how, self.read)
            done.problems.extend(found)
            if row is None:
                done.refused.append((line, raw))
            else:
                accepted.append(row)
        return accepted
