"""Coupons of an open batch, handed out one by one: never more than approved, never two to one customer."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from communities.actions import write_log
from communities.models import StaffMember
from coupons.batches import audience, holds, steps
from coupons.batches.models import Batch, Hold
from coupons.budgets import queries as budgets
from coupons.definitions import queries as templates
from coupons.definitions import rules as definitions
from coupons.grants import issue_sql, shares
from coupons.grants.models import Grant
from opsdesk.lib import sql
from users.contact import actions as contact
from users.contact import queries as contact_queries

TRIES = 5

# For contact.actions.touch_all.
_TOUCH = """
SELECT g.customer_id, g.community_id, g.issued_at, 'coupon', 'batch', g.batch_id, 'done', '',
       COALESCE(s.lifecycle, ''), COALESCE(s.rfm_class, ''), s.as_of, %(policy_version)s, %(version)s, 0, %(by)s,
       %(approval)s
  FROM coupons_grant g LEFT JOIN users_standing s USING (customer_id) WHERE g.id = %(grant)s
"""


class SoldOut(Exception):
    """Every approved coupon of the batch is handed out, or the batch does not hand out (any more)."""


class MayNot(Exception):
    """The customer may get none: `reason`, a key of users.contact.rules.REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotMeant(Exception):
    """The batch is for others: the customer is not in its audience."""


def issue_one(batch_id: int, customer_id: int, *, by: StaffMember | None, at: datetime) -> Grant:
    """The customer's coupon of an open batch: a new one, or the one they have of it. Raises SoldOut, NotMeant,
    MayNot and budgets.actions.Short (a limit of their community or station is reached)."""
    for left in range(TRIES - 1, -1, -1):
        try:
            return _had(batch_id, customer_id) or _give(batch_id, customer_id, by, at)
        except MayNot:
            if (had := _had(batch_id, customer_id)) is None:  # given by somebody else a moment ago
                raise
            return had
        except IntegrityError as error:
            if left == 0 or not (issue_sql.is_clash(error) or "grant_once" in str(error)):
                raise
    raise AssertionError("not reached")


def _had(batch_id: int, customer_id: int) -> Grant | None:
    return Grant.objects.filter(batch=batch_id, customer=customer_id).first()


@transaction.atomic
def _give(batch_id: int, customer_id: int, by: StaffMember | None, at: datetime) -> Grant:
    """The batch's counter moves first: its row makes everybody else who hands out wait, and look again."""
    _ask(batch_id, customer_id, at)
    handing_out = Batch.objects.filter(pk=batch_id, origin="open", state="issuing", issued__lt=F("recipients"))
    if not handing_out.update(issued=F("issued") + 1):
        raise SoldOut(batch_id)
    batch = Batch.objects.select_related("coupon", "strategy_version").get(pk=batch_id)
    grant = _write(batch, customer_id, at)
    if batch.issued == batch.recipients:
        steps.take("finish", batch, by=by, at=at)
        Batch.objects.filter(pk=batch_id).update(issued_at=at)
    _touch(batch, grant, by)
    write_log(staff=by, verb="give", thing="grant", thing_id=grant.pk, community_id=grant.community_id or None,
              detail={"batch": batch.number, "customer": customer_id})  # fmt: skip
    _count_at_its_place(batch, grant, by)
    return grant


def _ask(batch_id: int, customer_id: int, at: datetime) -> None:
    """Whether this customer may have one. What a batch says stands still once it is approved, so no lock is needed."""
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise SoldOut(batch_id)
    if not audience.means(batch, customer_id):
        raise NotMeant(batch_id)
    by_class = audience.is_by_class(batch)
    if reason := contact_queries.may_contact(customer_id, "coupon", at, by_class=by_class):
        raise MayNot(reason)


def _write(batch: Batch, customer_id: int, at: datetime) -> Grant:
    terms = templates.terms_of(batch.coupon)
    ends_at = definitions.ends_at(terms, at)
    if ends_at <= at:
        raise SoldOut(batch.pk)
    said = {
        "batch": batch.pk, "coupon": batch.coupon_id, "customer": customer_id, "at": at,
        "per_customer": batch.coupon.per_customer, "most_off": batch.coupon.most_off,
        "valid_from": definitions.starts_at(terms, at), "expires_at": ends_at,
    }  # fmt: skip
    made = sql.value(issue_sql.ONE_GRANT, **said)
    if made is None:
        raise MayNot("limit")
    return Grant.objects.get(pk=made)


def _touch(batch: Batch, grant: Grant, by: StaffMember | None) -> None:
    approval = batch.steps.filter(verb="approve").values_list("id", flat=True).last()
    said: dict[str, Any] = {
        "grant": grant.pk, "policy_version": batch.policy_version, "version": batch.strategy_version_id,
        "by": by.pk if by else None, "approval": approval,
    }  # fmt: skip
    contact.touch_all(_TOUCH, said)


def _count_at_its_place(batch: Batch, grant: Grant, by: StaffMember | None) -> None:
    """Reserve the coupon in the limits of its community and station. Which limits a batch counts against is decided
    by its first coupon there, so that each coupon is spent where it was reserved."""
    for place, place_id in (("community_id", grant.community_id), ("station_id", grant.station_id)):
        if place_id and Grant.objects.filter(batch=batch, **{place: place_id}).count() == 1:
            _hold(batch, place, place_id)
    taken = shares.Change(batch.pk, grant.community_id, grant.station_id, 1, grant.reserved, 0)
    shares.move([taken], kind="reserve", key=f"give:{grant.pk}", by=by, only_places=True)


def _hold(batch: Batch, place: str, place_id: int) -> None:
    day = holds.issue_day(batch, batch.approved_at or timezone.now())
    places = ([place_id], []) if place == "community_id" else ([], [place_id])
    for limit in budgets.limits_on(day, *places):
        Hold.objects.get_or_create(batch=batch, budget=limit, defaults={place: place_id})
