"""Write the stages of everybody who registered, and the roll-up that the board reads; keep what is done at a stage."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from communities.actions import write_log
from communities.models import StaffMember
from opsdesk.lib import differing, sql
from opsdesk.lib.differing import Table
from users.funnel import queries
from users.funnel.models import StageAction
from users.purchases import queries as purchase_queries

STAGES = Table("users_stage", ("customer_id",), ("community_id", "channel", "week", "stages"))
CELLS = Table("users_funnelcell", ("community_id", "channel", "week", "stages"), ("customers",))
TOTALS = Table("users_funneltotal", ("channel", "week", "stages"), ("customers",))


@dataclass(frozen=True)
class Computed:
    """customers: registered before the date; written: rows that differed."""

    customers: int = 0
    written: int = 0


@transaction.atomic
def recompute(as_of: date, version: int | None = None, places: Collection[int] | None = None) -> Computed:
    """As of one date, always the newest computed: older ones are not kept. With places only theirs are written."""
    policies = purchase_queries.policies_by_place(version)
    sql.expect_everybody()
    sql.run(f"CREATE TEMPORARY TABLE stage_now ON COMMIT DROP AS {queries.STAGES}", **queries.params(policies, as_of))
    ids = None if places is None else list(places)
    if ids is not None:
        sql.run("DELETE FROM stage_now WHERE NOT community_id = ANY(%(ids)s)", ids=ids)
    # Whoever moved into these places has a row that still names another.
    here = "(t.community_id = ANY(%(ids)s) OR t.customer_id IN (SELECT customer_id FROM stage_now))"
    written = differing.write(STAGES, "stage_now", "true" if ids is None else here, ids=ids).rows
    written += differing.write(CELLS, queries.CELLS).rows
    written += differing.write(TOTALS, queries.TOTALS).rows
    customers = int(sql.value("SELECT count(*) FROM stage_now"))
    sql.run("DROP TABLE stage_now")
    return Computed(customers, written)


@transaction.atomic
def set_action(stage: str, action: str, owner: str, href: str, by: StaffMember) -> bool:
    """What is done at a stage from now on, in the trail with what it was; False when nothing changed."""
    was = StageAction.objects.select_for_update().filter(pk=stage).first()
    told = {"action": action, "owner": owner, "href": href}
    before = {name: getattr(was, name) if was else "" for name in told}
    if before == told:
        return False
    StageAction.objects.update_or_create(stage=stage, defaults=told)
    write_log(staff=by, verb="change", thing="stage_action", thing_id=stage, detail={"from": before, "to": told})
    return True
