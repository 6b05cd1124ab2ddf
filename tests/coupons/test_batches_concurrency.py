"""Batches under several hands at once, twenty times each, beside the unguarded way that breaks."""

import random
import threading
from functools import partial
from itertools import pairwise

import pytest
from django.db import transaction
from django.db.models import Sum

from communities.models import StaffMember
from coupons.batches import actions, steps
from coupons.batches.actions import Busy, Conflict, FourEyes
from coupons.batches.models import Batch, BatchStep, Hand, Hold
from coupons.budgets.models import Budget, BudgetEntry
from opsdesk.lib.runs import wake
from opsdesk.lib.runs.models import Job
from tests.coupons.worlds import NOON, make_batch, make_budget, make_people
from tests.hands import deadlocks, outcomes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
REPEATS = 20


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(wake, "send", lambda job_id: True)


def hire(n: int) -> list[StaffMember]:
    return [StaffMember.objects.get_or_create(username=f"approver{place}")[0] for place in range(n)]


def sums_hold() -> bool:
    """Every budget is the sum of its ledger, and of its holds."""
    for budget in Budget.objects.all():
        told = BudgetEntry.objects.filter(budget=budget).aggregate(reserved=Sum("reserved"), spent=Sum("spent"))
        held = Hold.objects.filter(budget=budget).aggregate(reserved=Sum("reserved"))["reserved"] or 0
        if (budget.reserved, budget.spent) != (told["reserved"] or 0, told["spent"] or 0) or held != budget.reserved:
            return False
    return True


# -- C2: many approvers ---------------------------------------------------------------------------------------------


def test_of_many_approvers_at_once_exactly_one_approves_and_the_others_learn_who(people):
    make_people(n=6)
    budget, dice = make_budget(), random.Random(2)
    for _round in range(REPEATS):
        batch = make_batch(by=people.operator, budget=budget, submitted=True)
        many = hire(dice.randint(2, 16))
        ended = outcomes(
            *(partial(actions.approve, batch.pk, batch.revision, one, "好", NOON) for one in many)
        )  # fmt: skip
        won = [one for one in ended if isinstance(one, Batch)]
        lost = [one for one in ended if isinstance(one, Conflict)]
        assert (len(won), len(lost)) == (1, len(many) - 1), ended
        step = BatchStep.objects.get(batch=batch, verb="approve")
        assert {one.step.by for one in lost} == {step.by}
        assert Job.objects.filter(slot=str(batch.pk)).count() == 1
        assert Hold.objects.get(batch=batch).reserved == batch.most_cost
        assert sums_hold()
        actions.revoke(batch.pk, people.manager, "下一轮", NOON, lambda *_: 0)


def test_without_the_row_lock_several_approve(people, monkeypatch):
    """The control: reading the state and then writing it lets more than one through."""
    make_people(n=6)
    batch = make_batch(by=people.operator, submitted=True)
    many = hire(8)
    looked = threading.Barrier(len(many))

    def careless(by) -> None:
        seen = Batch.objects.get(pk=batch.pk)
        looked.wait()
        if seen.state == "submitted":
            with transaction.atomic():
                steps.take("approve", seen, by=by, at=NOON)

    outcomes(*(lambda one=one: careless(one) for one in many))
    assert BatchStep.objects.filter(batch=batch, verb="approve").count() > 1


def test_two_of_two_needed_at_once_both_count_and_the_batch_moves_once(people):
    make_people(n=6)
    budget = make_budget()
    one, other = hire(2)
    for _round in range(REPEATS):
        batch = make_batch(by=people.operator, budget=budget, submitted=True)
        Batch.objects.filter(pk=batch.pk).update(approvals_needed=2)
        outcomes(
            partial(actions.approve, batch.pk, batch.revision, one, "好", NOON),
            partial(actions.approve, batch.pk, batch.revision, other, "好", NOON),
        )
        batch.refresh_from_db()
        told = batch.steps.filter(verb="approve").values_list("after", flat=True)
        assert (batch.state, list(told)) == ("approved", ["submitted", "approved"])
        actions.revoke(batch.pk, people.manager, "下一轮", NOON, lambda *_: 0)


# -- C3: everything at once -----------------------------------------------------------------------------------------

LEGAL = {"draft", "changes", "rejected", "approved", "paused", "revoked"}


def test_approve_reject_edit_pause_and_revoke_in_any_order_end_in_a_legal_state(people):
    make_people(n=6)
    budget, dice, ends = make_budget(), random.Random(3), set()
    before = deadlocks()
    for _round in range(REPEATS):
        batch = make_batch(by=people.operator, budget=budget, submitted=True)
        seen, last = batch.revision, dice.random() < 0.5
        deeds = [
            partial(actions.approve, batch.pk, seen, people.manager, "好", NOON),
            partial(actions.reject, batch.pk, seen, people.manager2, "不发", NOON),
            partial(actions.request_changes, batch.pk, seen, people.manager2, "改", NOON),
            partial(actions.edit, batch.pk, seen, people.operator, at=NOON, name="改名"),
            partial(actions.pause, batch.pk, people.manager2, NOON),
            partial(actions.revoke, batch.pk, people.manager2, "撤", NOON, lambda *_: 0),
            partial(actions.freeze, batch.pk, at=NOON, by=people.manager2),
            partial(Budget.objects.filter(pk=budget.pk).update, name=f"{dice.random()}"),
        ]
        dice.shuffle(deeds)
        ended = outcomes(*(deeds if last else deeds[:5]))
        unexpected = [one for one in ended if isinstance(one, Exception) and not isinstance(one, Conflict | FourEyes)]
        assert unexpected == []
        batch.refresh_from_db()
        ends.add(batch.state)
        assert batch.state in LEGAL | {"submitted"}
        assert sums_hold()
        history = list(batch.steps.values_list("before", "after"))
        assert all(one[1] == other[0] for one, other in pairwise(history)), history
        if batch.state in ("approved", "paused"):
            actions.revoke(batch.pk, people.manager, "下一轮", NOON, lambda *_: 0)
    assert len(ends) > 2
    assert deadlocks() == before
    assert (Budget.objects.get().reserved, Hold.objects.aggregate(all=Sum("reserved"))["all"] or 0) == (0, 0)


def test_without_the_conditions_a_rejected_batch_is_approved_after_all(people):
    """The control: the same deeds by what was read before end with steps that do not follow one another."""
    make_people(n=6)
    batch = make_batch(by=people.operator, submitted=True)
    looked = threading.Barrier(3)

    def careless(verb: str, by) -> None:
        seen = Batch.objects.get(pk=batch.pk)
        looked.wait()
        with transaction.atomic():
            steps.take(verb, seen, by=by, at=NOON)

    outcomes(
        lambda: careless("approve", people.manager),
        lambda: careless("reject", people.manager2),
        lambda: careless("edit", people.operator),
    )
    history = list(batch.steps.values_list("before", "after"))
    assert not all(one[1] == other[0] for one, other in pairwise(history))


# -- C4: four eyes --------------------------------------------------------------------------------------------------


def test_of_editing_and_approving_by_one_person_at_once_only_one_is_done(people):
    make_people(n=6)
    budget, done = make_budget(), set()
    for _round in range(REPEATS):
        batch = make_batch(by=people.operator, budget=budget, submitted=True)
        Batch.objects.filter(pk=batch.pk).update(approvals_needed=2)
        outcomes(
            partial(actions.edit, batch.pk, batch.revision, people.manager, at=NOON, name="改名"),
            partial(actions.approve, batch.pk, batch.revision, people.manager, "好", NOON),
        )
        verbs = set(batch.steps.filter(by=people.manager).values_list("verb", flat=True))
        assert verbs in ({"edit"}, {"approve"})
        assert Hand.objects.filter(batch=batch, staff=people.manager).count() == 1
        done |= verbs
    assert done


def test_without_the_table_of_hands_the_same_person_edits_and_approves(people, monkeypatch):
    """The control."""
    make_people(n=6)
    monkeypatch.setattr(steps, "lend_hand", lambda *_: None)
    batch = make_batch(by=people.manager, submitted=True)
    assert actions.approve(batch.pk, batch.revision, people.manager, "好", NOON).state == "approved"


# -- C12: waiting ---------------------------------------------------------------------------------------------------


def test_whoever_waits_too_long_is_told_to_try_again_and_nothing_was_done(people, monkeypatch):
    make_people(n=6)
    monkeypatch.setattr(steps, "PATIENCE", "SET LOCAL lock_timeout = '100ms'")
    budget = make_budget()
    for _round in range(REPEATS):
        batch = make_batch(by=people.operator, budget=budget, submitted=True)
        held, over = threading.Event(), threading.Event()

        def hold(batch=batch, held=held, over=over) -> None:
            with transaction.atomic():
                Batch.objects.select_for_update().get(pk=batch.pk)
                held.set()
                over.wait(20)

        def ask(batch=batch, held=held, over=over) -> None:
            held.wait(20)
            try:
                actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
            finally:
                over.set()

        _held, asked = outcomes(hold, ask)
        assert isinstance(asked, Busy)
        batch.refresh_from_db()
        assert (batch.state, batch.steps.filter(verb="approve").count()) == ("submitted", 0)


def test_without_a_limit_the_wait_has_no_end(people, monkeypatch):
    """The control: the same wait with no lock timeout is still waiting after ten times as long."""
    make_people(n=6)
    monkeypatch.setattr(steps, "PATIENCE", "SET LOCAL lock_timeout = 0")
    batch = make_batch(by=people.operator, submitted=True)
    held, over, answered = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Batch.objects.select_for_update().get(pk=batch.pk)
            held.set()
            over.wait(20)

    def ask() -> None:
        held.wait(20)
        actions.approve(batch.pk, batch.revision, people.manager, "好", NOON)
        answered.set()

    def watch() -> bool:
        held.wait(20)
        waits = not answered.wait(1)
        over.set()
        return waits

    assert outcomes(hold, ask, watch)[2] is True
    assert answered.is_set()


# -- Numbers --------------------------------------------------------------------------------------------------------


def test_drafts_made_at_once_have_a_number_each(people):
    budget, made = make_budget(), []
    outcomes(*(lambda: made.append(make_batch(by=None, budget=budget, audience="ids=1")) for _ in range(12)))
    assert len({one.number for one in made}) == 12
