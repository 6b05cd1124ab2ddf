"""C10: batches, coupons and budgets in any order of steps; after each step their numbers hold.

OPSDESK_SEQUENCES=1000 OPSDESK_STEPS=50 runs what reliability.md asks for; the suite runs a few.
"""

import contextlib
import datetime as dt
import os

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from coupons.batches import actions as batches
from coupons.batches.models import Batch
from coupons.batches.steps import Conflict
from coupons.budgets.actions import Short
from coupons.budgets.models import Budget
from coupons.definitions.rules import Basket
from coupons.grants import actions, issuing
from coupons.grants.actions import MayNot, SoldOut, Use
from coupons.grants.models import Grant
from opsdesk import coupon_invariants, grant_invariants
from opsdesk.lib import sql
from opsdesk.lib.runs import actions as runs
from tests.coupons.granting import HANDLERS, approved, customers
from tests.coupons.worlds import make_budget, make_coupon
from tests.factories import make_order
from users.contact.models import Touch
from users.customers.models import Customer
from users.orders.models import Order

SEQUENCES = int(os.environ.get("OPSDESK_SEQUENCES", "12"))
STEPS = int(os.environ.get("OPSDESK_STEPS", "15"))
NTH = st.integers(0, 30)
DISCOUNT = st.sampled_from([0, 500, 1200, 1300])


class Coupons(RuleBasedStateMachine):
    """One budget that does not hold everything, customers of all batches, time that only goes on."""

    @initialize()
    def begin(self) -> None:
        self.step = transaction.atomic()
        self.step.__enter__()
        self.now, self.keys = timezone.now(), 0
        self.budget, self.people = make_budget(amount=15_000), customers(5)
        self.coupon = make_coupon(per_customer=3)

    def teardown(self) -> None:
        if hasattr(self, "step"):
            transaction.set_rollback(True)
            self.step.__exit__(None, None, None)

    @rule(many=st.integers(1, 5), is_open=st.booleans())
    def approve(self, many: int, is_open: bool) -> None:
        Touch.objects.all().delete()  # caps are the gate's matter
        fields = {"quantity": many} if is_open else {"gets": self.people[:many]}
        try:
            with transaction.atomic():
                approved(coupon=self.coupon, budget=self.budget, **fields)
        except Short:
            pass

    @rule()
    def issue(self) -> None:
        for job in issuing.queue_due(timezone.now()):
            type(job).objects.filter(pk=job.pk).update(payload=job.payload | {"chunk": 2})
            runs.work(HANDLERS, job.pk)
            job.refresh_from_db()
            assert job.state == job.State.DONE, job.error

    @rule(nth=NTH, who=st.integers(0, 4))
    def hand_out(self, nth: int, who: int) -> None:
        found = list(Batch.objects.filter(origin="open"))
        if found:
            Touch.objects.all().delete()
            with contextlib.suppress(SoldOut, MayNot):
                actions.issue_one(found[nth % len(found)].pk, self.people[who].pk, by=None, at=timezone.now())

    @rule(nth=NTH, discount=DISCOUNT, again=st.booleans())
    def use(self, nth: int, discount: int, again: bool) -> None:
        if grant := self.some_grant(nth):
            self.keys += not again
            told = Use(grant.code, grant.customer_id, f"A{self.keys}", self.now, discount, Basket.of_sum(6000))
            try:
                actions.use(told, key=f"k{self.keys}")
            except actions.Conflict:
                assert again

    @rule(nth=NTH, discount=DISCOUNT)
    def order(self, nth: int, discount: int) -> None:
        if grant := self.some_grant(nth):
            holder = Customer.objects.unscoped("tests").get(pk=grant.customer_id)
            day = timezone.localtime(grant.issued_at + dt.timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M:%S")
            make_order(customer=holder, at=day, net=6000, discount=discount, coupon_code=grant.code)

    @rule(nth=NTH, counted=st.booleans(), discount=DISCOUNT)
    def change_order(self, nth: int, counted: bool, discount: int) -> None:
        found = list(Order.objects.values_list("pk", flat=True))
        if found:
            state, net = ("paid", 6000) if counted else ("cancelled", 0)
            changed = Order.objects.filter(pk=found[nth % len(found)])
            changed.update(counted=counted, state=state, net=net, discount=discount)

    @rule()
    def read(self) -> None:
        actions.read_uses(self.now)
        again = actions.read_uses(self.now)
        assert (again.taken, again.undone, again.corrected, again.refused) == (0, 0, 0, 0)

    @rule(nth=NTH)
    def void(self, nth: int) -> None:
        if grant := self.some_grant(nth):
            actions.void(grant.pk, reason="a try", by=None, at=self.now)

    @rule(days=st.integers(0, 6))
    def expire(self, days: int) -> None:
        self.now += dt.timedelta(days=days)
        actions.expire(self.now)

    @rule(nth=NTH, verb=st.sampled_from(["pause", "resume", "revoke"]))
    def decide(self, nth: int, verb: str) -> None:
        found = list(Batch.objects.values_list("pk", flat=True))
        if not found:
            return
        batch = found[nth % len(found)]
        try:
            if verb == "revoke":
                batches.revoke(batch, None, "a try", self.now, actions.void_open)
            else:
                getattr(batches, verb)(batch, None, self.now)
        except Conflict:
            pass

    def some_grant(self, nth: int) -> Grant | None:
        found = list(Grant.objects.order_by("id"))
        return found[nth % len(found)] if found else None

    @invariant()
    def the_numbers_hold(self) -> None:
        wanted = (*coupon_invariants.COUPON_INVARIANTS, *grant_invariants.GRANT_INVARIANTS)
        assert {one.name: sql.rows(one.bad) for one in wanted if sql.rows(one.bad)} == {}
        if hasattr(self, "budget"):
            budget = Budget.objects.get(pk=self.budget.pk)
            assert budget.reserved + budget.spent <= budget.amount


@pytest.mark.slow
@pytest.mark.django_db
def test_whatever_happens_in_whatever_order_the_numbers_hold_after_each_step():
    run_state_machine_as_test(
        Coupons,
        settings=settings(
            max_examples=SEQUENCES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
