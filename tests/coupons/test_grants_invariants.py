"""The trust panel's three promises about coupons hold through a coupon's life, and tell when somebody broke one."""

import datetime as dt

import pytest
from django.utils import timezone

from coupons.batches.models import Batch, Hold
from coupons.budgets.models import Budget
from coupons.definitions.rules import Basket
from coupons.grants import actions, queries
from coupons.grants.models import Grant
from opsdesk import grant_invariants
from opsdesk.lib import sql
from tests.coupons.granting import approved, customers, issued
from tests.coupons.worlds import make_budget

pytestmark = pytest.mark.django_db


def broken() -> list[str]:
    statements = {
        "grants": grant_invariants.GRANTS, "holds": grant_invariants.HOLDS, "budgets": grant_invariants.BUDGETS,
    }  # fmt: skip
    return [name for name, statement in statements.items() if sql.rows(statement)]


@pytest.fixture
def grants(people) -> list[Grant]:
    gets = customers(4, community=people.cuiping) + customers(2)
    batch = approved(gets=gets, places=[make_budget(community=people.cuiping)])
    assert broken() == []
    issued(batch, chunk=4)
    return list(Grant.objects.order_by("id"))


def test_every_step_of_a_coupons_life_keeps_issued_holds_and_budgets_together(grants):
    now = timezone.now()
    told = actions.Use(grants[0].code, grants[0].customer_id, "A1", now, 1100, Basket.of_sum(6000))
    assert broken() == []
    assert actions.use(told, key="1").taken
    assert broken() == []
    assert actions.void(grants[1].pk, reason="a mistake", by=None, at=now)
    assert not actions.void(grants[1].pk, reason="a mistake", by=None, at=now)
    assert broken() == []
    Grant.objects.filter(pk=grants[2].pk).update(expires_at=now)
    assert actions.expire(now) == 1
    assert actions.expire(now) == 0
    assert broken() == []
    fates = queries.fates([grants[0].batch_id])[grants[0].batch_id]
    assert fates == queries.Fates(issued=6, used=1, open=3, expired=1, void=1, discount=1100)


def test_a_batch_has_ended_when_its_last_coupon_has(grants):
    batch = grants[0].batch
    actions.expire(timezone.now())
    batch.refresh_from_db()
    assert batch.ended_at is None
    later = timezone.now() + dt.timedelta(days=60)
    assert actions.expire(later) == 6
    batch.refresh_from_db()
    assert (batch.ended_at, Hold.objects.filter(reserved__gt=0).count()) == (later, 0)


def test_an_open_batch_whose_coupon_is_over_releases_what_was_never_handed_out():
    today = timezone.localdate()
    batch = approved(quantity=5, state="issuing")
    assert broken() == []
    actions.issue_one(batch.pk, customers(1)[0].pk, by=None, at=timezone.now())
    assert broken() == []
    type(batch.coupon).objects.filter(pk=batch.coupon_id).update(valid_days=None, valid_to=today)
    actions.expire(timezone.now() + dt.timedelta(days=2))
    batch.refresh_from_db()
    assert (batch.state, batch.recipients, batch.issued) == ("issued", 1, 1)
    assert broken() == []


@pytest.mark.parametrize(
    ("breaks", "tells"),
    [
        (lambda: Batch.objects.update(issued=5), "grants"),
        (lambda: Grant.objects.filter(pk=Grant.objects.first().pk).delete(), "grants"),
        (lambda: Hold.objects.update(reserved=1), "holds"),
        (lambda: Budget.objects.update(reserved=1), "budgets"),
    ],
)
def test_a_number_changed_by_hand_is_told(grants, breaks, tells):
    breaks()
    assert tells in broken()
