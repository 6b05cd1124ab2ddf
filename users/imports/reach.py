"""Whoever imports for some communities only writes no order of another: such rows stay out, each with its reason.

An order belongs to the community that its row names (or its station or address), else to its customer's. An order that
is here already keeps to its own: no number in a file reaches over into somebody else's community.
"""

from collections.abc import Iterator
from itertools import islice

from django.db import transaction

from communities import queries as places
from communities import rules
from communities.scoping import Scope
from users.imports import quarantine, staging
from users.imports.inspection import Inspection
from users.imports.models import ImportFile
from users.imports.quarantine import Keeper
from users.imports.staging import Tables

ELSEWHERE, NOWHERE = "community_not_yours", "community_missing"
BATCH = 20_000
_PHONE = r"(1[0-9]{2})[0-9]{4}([0-9]{4})"

# One row an order or registration that must not be written (order_once). `named`: what its row says, phones masked.
_OUT = """
DROP TABLE IF EXISTS pg_temp.import_out;
CREATE TEMPORARY TABLE import_out ON COMMIT DROP AS
SELECT h.grp, h.kind = 'g' AS bare,
       CASE WHEN home.community_id IS NULL AND h.new_community = '' AND o.id IS NULL THEN %(nowhere)s
            ELSE %(elsewhere)s END AS code,
       coalesce(p.name, regexp_replace(h.new_community, %(phone)s, '\\1****\\2', 'g')) AS named
  FROM {heads} h
  LEFT JOIN users_customer c ON c.phone = h.phone
  LEFT JOIN users_order o ON o.source_id = %(source)s AND o.number = h.number AND o.customer_id = c.id
  LEFT JOIN communities_community p ON p.id = h.community_id
 CROSS JOIN LATERAL (
    SELECT CASE WHEN h.new_community = '' THEN coalesce(h.community_id, c.community_id) END AS community_id) home
 WHERE NOT coalesce(home.community_id = ANY(%(places)s) OR h.station_id = ANY(%(stations)s), false)
    OR o.id IS NOT NULL
       AND NOT coalesce(coalesce(o.community_id, c.community_id) = ANY(%(places)s)
                        OR o.station_id = ANY(%(stations)s), false)
"""

_PROBLEMS = """
INSERT INTO users_importproblem (file_id, line, "column", value, code, refused)
SELECT %(file)s, line, %(column)s, named, code, true
  FROM (SELECT l.line, named, code FROM import_out JOIN {lines} l USING (grp)
         UNION ALL SELECT grp, named, code FROM import_out WHERE bare) out
 ORDER BY line
"""

_REMOVE = """
DELETE FROM {lines} l USING import_out WHERE l.grp = import_out.grp;
DELETE FROM {heads} h USING import_out WHERE h.grp = import_out.grp;
DROP TABLE IF EXISTS pg_temp.import_left;
CREATE TEMPORARY TABLE import_left ON COMMIT DROP AS SELECT good, max(line) AS line FROM {lines} GROUP BY good;
UPDATE {goods} g SET line = import_left.line FROM import_left WHERE import_left.good = g.good;
DELETE FROM {goods} g WHERE NOT EXISTS (SELECT FROM import_left WHERE import_left.good = g.good)
"""


def reach_of(file: ImportFile) -> Scope:
    """Where whoever sent the file may import today; the command line, on nobody's behalf, everywhere."""
    if file.uploaded_by is None:
        return Scope(everywhere=True)
    return Scope.of(rules.grants_for(places.grants_of(file.uploaded_by), rules.IMPORT))


@transaction.atomic
def leave_out(file: ImportFile, inspection: Inspection, keeper: Keeper, tables: Tables) -> None:
    """Take the rows of other communities out of the staged file, and keep them with their reason."""
    scope = reach_of(file)
    if scope.everywhere:
        return
    told = {"places": sorted(scope.communities), "stations": sorted(scope.stations), "source": file.source_id}
    if not staging.run(tables, _OUT, {**told, "phone": _PHONE, "elsewhere": ELSEWHERE, "nowhere": NOWHERE}):
        return
    column = inspection.mapping.columns.get("community", "")
    staging.run(tables, _PROBLEMS, {"file": file.pk, "column": column})
    for code in (ELSEWHERE, NOWHERE):
        for batch in _batches(quarantine.late_rows(file, inspection, code)):
            keeper.keep([], batch)
            keeper.counts[code] += len(batch)
    staging.run(tables, _REMOVE)
    staging.people_again(tables)


def look_again(file: ImportFile) -> None:
    """Before the first order is written: what a limited importer may write is decided by the orders and roles of now,
    not of the check. Without its staging the commit reads the file anew. Call it inside turns.alone."""
    if not file.is_begun and not reach_of(file).everywhere:
        staging.drop(file.pk)


def _batches(rows: Iterator[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
