"""Prove the numbers: every invariant asked of the database, the answer kept for the trust panel."""

import datetime as dt
import json
import time
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Max
from django.utils import timezone

from opsdesk import invariants
from opsdesk.invariant import Invariant
from opsdesk.lib import sql
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Check, Job
from users.lifecycle.models import SnapshotDay
from users.purchases import queries as purchases
from users.rfm.models import RfmDay

KIND = "trust"
SHOWN = 50  # offenders kept for the page; the count is of all

_ASK = """
WITH bad AS MATERIALIZED ({bad})
SELECT (SELECT count(*) FROM bad), ({looked}),
       (SELECT COALESCE(jsonb_agg(to_jsonb(one)), '[]') FROM (SELECT * FROM bad LIMIT {shown}) one)::text
"""
_DAY = ("orders", "gross", "discount", "net")
_PURCHASES = ("starts_purchase", "clean_orders", "clean_net", "starts_clean")


def check_all(as_of: dt.date, hold: runs.Hold | None = None) -> list[Check]:
    """Every invariant, in order; classes as of the newest computed day up to `as_of`. Each is one statement, so it
    sees one moment of the data, and one that cannot be asked is red and keeps none of the others from being asked."""
    asked = parameters(as_of)
    found = []
    for number, invariant in enumerate(invariants.INVARIANTS):
        if hold is not None:
            hold.beat(done=number, total=len(invariants.INVARIANTS), note=KIND)
        found.append(_keep(invariant, _ask(invariant, asked)))
    return found


def queue_check(*, by: Any = None) -> Job:
    """One check at a time: whoever asks again gets the one that is open."""
    return runs.queue(KIND, slot=KIND, by=by)


def handle(hold: runs.Hold) -> dict[str, int]:
    """What the worker does with a queued check."""
    with hold.step("trust") as step:
        checks = check_all(timezone.localdate(), hold)
        step.rows_read = len(checks)
    return {"checked": len(checks), "broken": sum(not check.holds for check in checks)}


def parameters(as_of: dt.date) -> dict[str, Any]:
    """What the statements ask for: as_of, rfm_as_of, the policies in force by place, ids of all places."""
    policies = purchases.policies_by_place()
    return {
        "as_of": _newest(SnapshotDay, as_of),
        "rfm_as_of": _newest(RfmDay, as_of),
        "ids": sorted(set(policies) | purchases.places_with_days()),
        **purchases.policy_params(policies),
    }


def _newest(days: type[SnapshotDay] | type[RfmDay], as_of: dt.date) -> dt.date:
    newest: dt.date | None = days.objects.filter(as_of__lte=as_of).aggregate(newest=Max("as_of"))["newest"]
    return newest or as_of


def _ask(invariant: Invariant, asked: dict[str, Any]) -> dict[str, Any]:
    statement = _ASK.format(bad=_statement(invariant), looked=invariant.looked, shown=SHOWN)
    began = time.monotonic()
    try:
        with transaction.atomic():
            sql.run("SET LOCAL work_mem = '64MB'")
            [(offenders, looked, rows)] = sql.rows(statement, **asked)
    except DatabaseError as error:
        return {"error": str(error).partition("\n")[0], "seconds": time.monotonic() - began}
    seconds = round(time.monotonic() - began, 3)
    return {
        "offenders": offenders, "looked": int(looked), "rows": json.loads(rows), "seconds": seconds,
        "as_of": asked["as_of"].isoformat(),
    }  # fmt: skip


def _statement(invariant: Invariant) -> str:
    if invariant.name != "customer_days":
        return invariant.bad
    policies = purchases.policies_by_place()
    columns = _DAY + (_PURCHASES if _made_by(policies) else ())
    kept, counted = (", ".join(f"{table}.{column}" for column in columns) for table in "tf")
    days = purchases.days_sql(policies, purchases.OF_PLACES)
    return invariant.bad.format(days=days, kept=kept, counted=counted)


def _made_by(policies: Any) -> bool:
    """Whether the newest run used these merge and service rules: after a change, days wait for the next one."""
    newest = SnapshotDay.objects.order_by("-as_of").first()
    return newest is None or purchases.make_the_same_days(policies, purchases.policies_by_place(newest.policy_version))


def _keep(invariant: Invariant, detail: dict[str, Any]) -> Check:
    holds = detail.get("offenders") == 0
    now = timezone.now()
    told: dict[str, Any] = {"holds": holds, "detail": detail, "checked_at": now}
    check, _ = Check.objects.update_or_create(
        name=invariant.name, defaults=told | ({"last_held_at": now} if holds else {})
    )
    return check
