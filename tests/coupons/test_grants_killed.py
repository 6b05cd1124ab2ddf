"""Issuing under kill -9 and under two hands: exactly the approved list, once each. With its control."""

import pytest
from django.db import transaction
from django.db.models import F

from coupons.batches.models import Batch, Hold
from coupons.grants import issue_sql, issuing
from coupons.grants.models import Grant
from opsdesk.lib import sql
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job
from tests.coupons.granting import HANDLERS, approved, customers, issued
from tests.coupons.killing import expire_lease, in_a_process_that_dies, moments, statements_of
from tests.coupons.worlds import make_budget
from users.contact import actions as contact
from users.contact.models import Touch
from users.customers.models import Customer

pytestmark = pytest.mark.django_db(transaction=True)
CHUNK = 4


def a_batch(gets: list[Customer], refuses: Customer) -> Batch:
    contact.change_wish(customer=refuses, subject="dnc", allowed=False, way="door", by=None)
    return approved(gets=gets, control=customers(2))


def outcome(batch: Batch) -> dict[str, object]:
    batch.refresh_from_db()
    hold = Hold.objects.get(batch=batch)
    return {
        "customers": sorted(Grant.objects.filter(batch=batch).values_list("customer_id", flat=True)),
        "touches": sorted(Touch.objects.filter(thing_id=batch.pk).values_list("state", flat=True)),
        "batch": (batch.state, batch.issued, batch.recipients, batch.held_back),
        "hold": (hold.reserved, hold.spent, batch.budget.reserved),
        "entries": batch.budget.entries.filter(kind="release").count(),
    }


def job_of(batch: Batch) -> Job:
    job = issuing.queue(batch.pk)
    Job.objects.filter(pk=job.pk).update(payload={"batch": batch.pk, "chunk": CHUNK})
    return job


def finish(batch: Batch, job: Job) -> None:
    expire_lease(job)
    runs.work(HANDLERS, job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    batch.refresh_from_db()


@pytest.mark.slow
def test_an_issue_killed_at_thirty_moments_gives_exactly_the_approved_list_once_each():
    budget = make_budget(amount=10**9)
    gets = customers(18)
    whole = a_batch(gets, gets[5])
    whole_job = job_of(whole)
    total = statements_of(lambda: runs.work(HANDLERS, whole_job.pk))
    for moment in moments(total, 30):
        gets = customers(18)
        contact.change_wish(customer=gets[5], subject="dnc", allowed=False, way="door", by=None)
        before = type(budget).objects.get(pk=budget.pk).reserved
        batch = approved(gets=gets, control=customers(2), budget=budget)
        job = job_of(batch)
        assert in_a_process_that_dies(lambda job=job: runs.work(HANDLERS, job.pk), moment)
        finish(batch, job)
        budget.refresh_from_db()
        batch.budget.refresh_from_db()
        left = sorted(one.pk for one in gets if one != gets[5])
        cost = 17 * batch.coupon.most_off
        assert outcome(batch) == {
            "customers": left,
            "touches": ["blocked", "control", "control", *["done"] * 17],
            "batch": ("issued", 17, 17, {"dnc": 1}),
            "hold": (cost, 0, before + cost),
            "entries": budget.entries.filter(kind="release").count(),
        }, f"killed at statement {moment} of {total}"
    assert total > 60


def test_a_worker_that_was_thought_dead_writes_no_coupon_more():
    """The fence: another has taken the job, so this one's chunk is rolled back."""
    batch = approved(gets=customers(6))
    job = job_of(batch)
    slow = runs.take([issuing.KIND], job.pk)
    expire_lease(job)
    fast = runs.take([issuing.KIND], job.pk)
    assert slow and fast
    with pytest.raises(runs.Lost):
        issuing.issue(slow)
    assert Grant.objects.count() == 0
    issuing.issue(fast)
    batch.refresh_from_db()
    assert (batch.issued, Grant.objects.count()) == (6, 6)


def test_a_checkpoint_saved_before_its_coupons_is_caught_by_this_harness(monkeypatch):
    """The control: checkpoint and coupons in two transactions lose coupons to a kill between them."""

    def naive(batch, hold, size):
        said = issuing._said(batch, batch.made_at) | {"after": issuing._place(batch), "size": size}
        with transaction.atomic():
            judged, given = issuing._judge(batch, batch.made_at, said)
            Batch.objects.filter(pk=batch.pk).update(issued=F("issued") + given)
            sql.run("CREATE TEMPORARY TABLE kept AS SELECT * FROM issue_chunk")
        if not judged:
            return None
        for _ in range(8):  # the window, wide open
            sql.value("SELECT 1")
        sql.run(issue_sql.GRANTS.replace("issue_chunk", "kept"), **said)
        sql.run("DROP TABLE kept")
        batch.refresh_from_db(fields=["issued"])
        return given

    monkeypatch.setattr(issuing, "_write_chunk", naive)
    whole = approved(gets=customers(8))
    whole_job = job_of(whole)
    total = statements_of(lambda: runs.work(HANDLERS, whole_job.pk))
    complete = []
    for moment in moments(total, 12):
        batch = approved(gets=customers(8))
        job = job_of(batch)
        in_a_process_that_dies(lambda job=job: runs.work(HANDLERS, job.pk), moment)
        finish(batch, job)
        complete.append(Grant.objects.filter(batch=batch).count() == 8)
    assert not all(complete)


def test_a_batch_issued_by_two_jobs_in_turn_gives_nothing_twice():
    batch = approved(gets=customers(5))
    issued(batch)
    Batch.objects.filter(pk=batch.pk).update(state="issuing")
    issued(batch)
    assert (batch.state, batch.issued, Grant.objects.count()) == ("issued", 5, 5)
