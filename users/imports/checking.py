"""The check: a file is read, understood and staged, with every problem kept. No order and no customer is touched."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import partial
from itertools import islice
from typing import Any

from django.db import transaction

from opsdesk.lib import sql
from opsdesk.lib.runs.actions import Hold
from opsdesk.lib.unreadable import UnreadableFile
from users.imports import columns, pieces, problems, quarantine, queries, reach, reading, staging, staging_sql, storage
from users.imports.inspection import Inspection
from users.imports.keepalive import kept_alive
from users.imports.models import ImportFile
from users.imports.pieces import UNKNOWN_COMMUNITY
from users.imports.places import Gazetteer
from users.imports.quarantine import Keeper

HOW = ("encoding", "delimiter", "mapping", "inspection")
UNKNOWN_SHOWN = 200  # names of unknown communities that a page offers to map

_UNKNOWN_NAMES = """
SELECT value, count(*) FROM users_importproblem
 WHERE file_id = %(file)s AND code = %(code)s AND refused GROUP BY value ORDER BY count(*) DESC, value LIMIT %(most)s
"""


@dataclass
class Facts:
    """What a check counted. `staged`: rows in the staging tables (lines, orders, people), to see that they are whole.

    rows == refused + rows of orders + registrations. `identical`: rows that repeat a line of their order.
    `unknown_communities`: [name, rows], the most frequent first. `notes`: remarks by code, all of them.
    """

    rows: int = 0
    blank_rows: int = 0
    refused: int = 0
    notes: dict[str, int] = field(default_factory=dict)
    rounded: int = 0
    amount_unknown: int = 0
    identical: int = 0
    refund_rows: int = 0
    orders: int = 0
    registrations: int = 0
    customers: int = 0
    unknown_communities: list[list[Any]] = field(default_factory=list)
    mapping_name: str = ""
    today: str = ""
    seconds: float = 0.0
    staged: list[int] = field(default_factory=list)


@dataclass
class Check:
    """One check on its way."""

    file: ImportFile
    hold: Hold
    today: date
    inspection: Inspection
    facts: Facts
    keeper: Keeper
    tables: staging.Tables
    gazetteer: Gazetteer


def stage(file: ImportFile, hold: Hold, today: date) -> Facts:
    """Read the whole file into its staging tables, from the start; what an earlier check left is replaced.

    Sets encoding, delimiter, mapping, inspection and the counts of the file. UnreadableFile when it cannot be read.
    """
    began = time.perf_counter()
    facts = Facts(today=today.isoformat())
    inspection = _inspect(file, today, facts)
    check = Check(
        file, hold, today, inspection, facts, Keeper(file), staging.start(file.pk),
        queries.gazetteer(file.options.get("communities"), bool(file.options.get("create_communities"))),
    )  # fmt: skip
    check.keeper.forget()
    for chunk, cut in _cut(check):
        _take_in(check, chunk, cut)
    _quarantine_unknown(check)
    with kept_alive(hold):
        drops = _drops_identical(file, inspection)
        staging.finish(check.tables, source_id=file.source_id, drop_identical=drops, lines=facts.rows)
        reach.leave_out(file, inspection, check.keeper, check.tables)
    _count(check)
    facts.seconds = round(time.perf_counter() - began, 2)
    return facts


def _inspect(file: ImportFile, today: date, facts: Facts) -> Inspection:
    """As chosen; else by the mapping remembered for these headers of this source; else as the headers read."""
    chosen = file.options.get("mapping")
    found = reading.inspect(
        storage.path_of(file.stored_as),
        file.name,
        today=today,
        encoding=file.options.get("encoding") or None,
        delimiter=file.options.get("delimiter") or None,
        mapping=columns.Mapping.from_json(chosen) if chosen else None,
    )
    facts.mapping_name = str(file.options.get("mapping_name", ""))
    if not chosen and (saved := queries.remembered_mapping(file.source, found.headers)):
        facts.mapping_name = saved.name
        found = _mapped(found, columns.Mapping.from_json(saved.mapping))
    file.encoding, file.delimiter = found.encoding, found.delimiter
    file.mapping, file.inspection = found.mapping.to_json(), found.to_json()
    return found


def _mapped(found: Inspection, mapping: columns.Mapping) -> Inspection:
    """The same file read by another mapping of the same headers."""
    unmapped = [header for header in found.headers if header and header not in mapping.columns.values()]
    return replace(found, mapping=mapping, unmapped=unmapped, missing=list(columns.missing(mapping)))


def _drops_identical(file: ImportFile, inspection: Inspection) -> bool:
    return bool(file.options.get("drop_identical", inspection.mapping.drop_identical))


def _cut(check: Check) -> Iterator[tuple[reading.Chunk, pieces.Pieces]]:
    cut = partial(pieces.cut, gazetteer=check.gazetteer, drop_identical=_drops_identical(check.file, check.inspection))
    return reading.read_ahead(storage.path_of(check.file.stored_as), check.inspection, cut, today=check.today)


@transaction.atomic
def _take_in(check: Check, chunk: reading.Chunk, cut: pieces.Pieces) -> None:
    staging.quicken()
    staging.put(check.tables, cut)
    check.keeper.keep([*chunk.problems, *_unknown(check, cut)], chunk.refused)
    check.facts.rows += chunk.rows_read
    check.facts.blank_rows += chunk.blank_rows
    check.facts.rounded += cut.rounded
    check.facts.amount_unknown += cut.amount_unknown
    ImportFile.objects.filter(pk=check.file.pk).update(rows=check.facts.rows)  # so far, for whoever waits
    check.hold.beat(done=chunk.bytes_read, total=check.inspection.size)


def _unknown(check: Check, cut: pieces.Pieces) -> list[problems.RowProblem]:
    header = check.inspection.mapping.columns.get("community", "")
    return [problems.row_problem(line, header, "community", cell, UNKNOWN_COMMUNITY) for line, cell in cut.unknown]


@transaction.atomic
def _quarantine_unknown(check: Check) -> None:
    """Rows of communities nobody knows, with their cells as the file has them."""
    if not check.keeper.counts[UNKNOWN_COMMUNITY]:
        return
    rows = quarantine.late_rows(check.file, check.inspection, UNKNOWN_COMMUNITY)
    while batch := list(islice(rows, reading.CHUNK_ROWS)):
        check.keeper.keep([], batch)
        check.hold.beat()
    names = sql.rows(_UNKNOWN_NAMES, file=check.file.pk, code=UNKNOWN_COMMUNITY, most=UNKNOWN_SHOWN)
    check.facts.unknown_communities = [list(row) for row in names]


def _count(check: Check) -> None:
    facts = check.facts
    orders, registrations, twins, refunds, rows = staging.fetch(check.tables, staging_sql.FACTS)[0]
    facts.orders, facts.registrations, facts.identical, facts.refund_rows = orders, registrations, twins, refunds
    facts.refused = check.keeper.refused
    facts.notes = {code: n for code, n in check.keeper.counts.items() if problems.PROBLEMS[code].severity == "note"}
    facts.staged = list(staging.counts(check.file.pk) or ())
    facts.customers = facts.staged[2]
    if facts.rows != facts.refused + rows:
        raise AssertionError(f"{facts.rows} rows read, {facts.refused} refused, {rows} staged")


def check(file: ImportFile, hold: Hold, today: date) -> bool:
    """Stage a file; True when it can be committed. A file that cannot be read is refused with the reason."""
    ImportFile.objects.filter(pk=file.pk).update(state=ImportFile.State.CHECKING, job_id=hold.job.pk)
    try:
        with hold.step("check") as step:
            facts = stage(file, hold, today)
            step.rows_read, step.facts = facts.rows, asdict(facts)
    except UnreadableFile as error:
        refuse(file, error)
        return False
    file.facts, file.rows, file.refused = asdict(facts), facts.rows, facts.refused
    file.notes, file.refusal = sum(facts.notes.values()), {}
    file.save(update_fields=[*HOW, "facts", "rows", "refused", "notes", "refusal"])
    return True


def refuse(file: ImportFile, error: UnreadableFile) -> None:
    """The whole file stays out; nothing of it is kept but the reason."""
    Keeper(file).forget()
    staging.drop(file.pk)
    file.refusal = {"code": error.code, "params": _plain(error.params)}
    file.state, file.rows, file.refused, file.notes, file.facts = ImportFile.State.REFUSED, 0, 0, 0, {}
    file.save(update_fields=[*HOW, "refusal", "state", "rows", "refused", "notes", "facts"])


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, int | None) else str(value) for key, value in params.items()}
