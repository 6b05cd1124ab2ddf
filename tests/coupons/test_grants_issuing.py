"""An approved batch is issued: each of its customers once, the rest with a touch that says why not."""

import datetime as dt

import pytest
from django.utils import timezone

from coupons.batches.models import BatchMember, Hold
from coupons.definitions import queries as templates
from coupons.definitions import rules as definitions
from coupons.grants import issuing, rules
from coupons.grants.models import Grant
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job
from tests.coupons.granting import HANDLERS, approved, customers, issued
from tests.coupons.worlds import make_budget, make_coupon
from users.contact import actions as contact
from users.contact.models import Touch
from users.outbox.models import Message

pytestmark = pytest.mark.django_db


def test_everybody_who_is_to_get_one_has_exactly_one_and_nobody_else():
    gets, control, held = customers(7), customers(2), customers(1)
    batch = approved(gets=gets, control=control, held=held)
    job = issued(batch, chunk=3)
    assert (job.state, job.result) == (Job.State.DONE, {"issued": 7, "state": "issued"})
    assert sorted(Grant.objects.values_list("customer_id", flat=True)) == sorted(one.pk for one in gets)
    assert (batch.state, batch.issued, batch.issued_at is None) == ("issued", 7, False)
    assert list(batch.steps.values_list("verb", "before", "after").order_by("id")) == [
        ("issue", "approved", "issuing"),
        ("finish", "issuing", "issued"),
    ]


def test_every_member_has_a_touch_that_says_what_became_of_them():
    batch = approved(gets=customers(2), control=customers(1), held=customers(1), policy_version=5)
    issued(batch)
    touches = Touch.objects.filter(thing="batch", thing_id=batch.pk, channel="coupon", lifecycle="silent")
    told = sorted(touches.values_list("state", "blocked_by", "policy_version"))
    assert told == [("blocked", "cap", 5), ("control", "", 5), ("done", "", 5), ("done", "", 5)]


def test_chunks_are_given_in_the_order_of_the_draw_and_a_chunk_in_that_of_its_customers():
    batch = approved(gets=customers(6))
    members = BatchMember.objects.filter(batch=batch)
    for draw, one in zip([5, 1, 3, 3, 2, 4], members.order_by("customer_id"), strict=True):
        members.filter(customer_id=one.customer_id).update(draw=draw)
    issued(batch, chunk=2)
    people = list(members.order_by("customer_id").values_list("customer_id", flat=True))
    given = list(Grant.objects.order_by("id").values_list("customer_id", flat=True))
    assert given == [people[1], people[4], people[2], people[3], people[0], people[5]]


def test_a_coupon_ends_when_the_rule_says_and_costs_at_most_what_was_reserved():
    batch = approved(gets=customers(1), coupon=make_coupon(kind="percent", percent_off=15, cap=900, valid_days=3))
    issued(batch)
    grant = Grant.objects.get()
    terms = templates.terms_of(batch.coupon)
    assert grant.expires_at == definitions.ends_at(terms, grant.issued_at)
    assert (grant.valid_from, grant.reserved, grant.state) == (grant.issued_at, 900, "open")


def test_codes_are_short_different_and_carry_their_check_sign():
    issued(approved(gets=customers(40)))
    codes = list(Grant.objects.values_list("code", flat=True))
    assert len(set(codes)) == 40
    assert all(rules.is_code(code) for code in codes)
    assert not any(rules.is_code(code[:-1] + rules.ALPHABET[rules.ALPHABET.index(code[-1]) - 1]) for code in codes)


def test_a_code_that_is_taken_is_drawn_again(monkeypatch):
    issued(approved(gets=customers(1)))
    taken = Grant.objects.get().code
    usual = issuing.issue_sql.GRANTS
    draws = iter([usual.replace(issuing.issue_sql.codes.CODE, f"'{taken}'")])
    real = issuing.sql.run

    def run(text, **params):
        return real(next(draws, usual) if text == usual else text, **params)

    monkeypatch.setattr(issuing.sql, "run", run)
    batch = approved(gets=customers(1))
    assert issued(batch).state == Job.State.DONE
    assert (batch.issued, Grant.objects.count()) == (1, 2)


def test_whoever_may_not_be_contacted_any_more_gets_none_and_what_was_theirs_is_released(people):
    gets = customers(3, community=people.cuiping)
    place = make_budget(community=people.cuiping)
    batch = approved(gets=gets, places=[place])
    contact.change_wish(customer=gets[1], subject="dnc", allowed=False, way="staff", by=people.manager)
    issued(batch)
    assert (batch.issued, batch.recipients, batch.held_back, batch.state) == (2, 2, {"dnc": 1}, "issued")
    member = BatchMember.objects.get(customer_id=gets[1].pk)
    assert (member.fate, member.reason) == ("held", "dnc")
    assert Touch.objects.get(customer=gets[1]).blocked_by == "dnc"
    for budget in (batch.budget, place):
        budget.refresh_from_db()
        assert budget.reserved == 2 * batch.coupon.most_off == Hold.objects.get(budget=budget).reserved


def test_a_chunk_in_which_nobody_gets_one_does_not_stop_the_rest(people):
    gets = customers(5)
    batch = approved(gets=gets)
    first = BatchMember.objects.filter(batch=batch).order_by("draw").values_list("customer_id", flat=True)[:2]
    for one in gets:
        if one.pk in list(first):
            contact.change_wish(customer=one, subject="dnc", allowed=False, way="staff", by=people.manager)
    issued(batch, chunk=2)
    assert (batch.issued, batch.recipients, batch.held_back, batch.state) == (3, 3, {"dnc": 2}, "issued")


def test_a_customer_has_no_more_of_a_coupon_than_the_coupon_allows(settings):
    one = customers(1)
    coupon = make_coupon(per_customer=2)
    for _ in range(3):
        batch = approved(gets=one, coupon=coupon)
        Touch.objects.all().delete()
        issued(batch)
    assert sorted(Grant.objects.values_list("nth", flat=True)) == [1, 2]
    assert (batch.held_back, batch.recipients, batch.budget.entries.filter(kind="release").count()) == (
        {"limit": 1},
        0,
        1,
    )


def test_a_void_coupon_makes_room_for_another():
    one = customers(1)
    coupon = make_coupon()
    issued(approved(gets=one, coupon=coupon))
    Grant.objects.update(state="void")
    Touch.objects.all().delete()
    batch = approved(gets=one, coupon=coupon)
    issued(batch)
    assert (batch.issued, Grant.objects.get(state="open").nth) == (1, 1)


def test_nobody_is_issued_anything_before_the_send_time():
    batch = approved(gets=customers(1), send_at=timezone.now() + dt.timedelta(hours=1))
    assert issuing.queue_due(timezone.now()) == []
    assert issued(batch).result == {"issued": 0, "state": "approved"}
    batch.send_at = timezone.now()
    batch.save()
    [job] = issuing.queue_due(timezone.now())
    runs.work(HANDLERS, job.pk)
    batch.refresh_from_db()
    assert batch.state == "issued"


def test_a_batch_that_is_paused_between_chunks_keeps_what_it_has_given_and_goes_on_when_resumed(monkeypatch):
    batch = approved(gets=customers(5))
    real = issuing._checkpoint

    def pausing(batch, given, hold):
        real(batch, given, hold)
        type(batch).objects.filter(pk=batch.pk).update(state="paused")

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "_checkpoint", pausing)
        job = issued(batch, chunk=2)
    assert (job.state, batch.state, batch.issued, Grant.objects.count()) == (Job.State.DONE, "paused", 2, 2)
    assert issuing.queue_due(timezone.now()) == []
    type(batch).objects.filter(pk=batch.pk).update(state="issuing")
    [again] = issuing.queue_due(timezone.now())
    runs.work(HANDLERS, again.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.issued, Grant.objects.count()) == ("issued", 5, 5)


def test_a_job_that_is_cancelled_leaves_its_batch_paused(monkeypatch):
    batch = approved(gets=customers(4))
    real = issuing._checkpoint

    def cancelling(batch, given, hold):
        real(batch, given, hold)
        runs.request_cancel(hold.job.pk)

    monkeypatch.setattr(issuing, "_checkpoint", cancelling)
    job = issued(batch, chunk=2)
    assert (job.state, batch.state, batch.issued, Grant.objects.count()) == (Job.State.CANCELLED, "paused", 2, 2)


def test_a_coupon_that_is_over_before_its_issue_is_not_issued():
    over = make_coupon(valid_days=None, valid_to=dt.date(2018, 5, 1))
    batch = approved(gets=customers(1), coupon=over)
    job = issued(batch)
    assert (job.state, batch.state, Grant.objects.count()) == (Job.State.FAILED, "approved", 0)
    assert issuing.queue_due(timezone.now()) == []


def test_a_text_goes_with_the_coupon_to_whom_it_may_reach(people):
    gets = customers(3, name="王小明")
    contact.change_wish(customer=gets[0], subject="channel", channel="sms", allowed=False, way="reply", by=None)
    batch = approved(gets=gets, message_channel="sms", message="{name}:{coupon} {ends}")
    issued(batch, chunk=2)
    texts = Message.objects.filter(thing="batch", thing_id=batch.pk)
    grant = Grant.objects.first()
    last = timezone.localtime(grant.expires_at - dt.timedelta(seconds=1)).date()
    assert sorted(texts.values_list("customer_id", flat=True)) == [gets[1].pk, gets[2].pk]
    assert {text.text for text in texts} == {f"王小明:{batch.coupon.name} {last}"}
    assert {(text.touch.channel, text.touch.state, text.not_after) for text in texts} == {
        ("sms", "waiting", grant.expires_at)
    }
    refused = Touch.objects.get(channel="sms", customer=gets[0])
    assert (refused.state, refused.blocked_by, Grant.objects.count()) == ("blocked", "consent", 3)
    issued(batch)
    assert texts.count() == 2


def test_an_open_batch_waits_for_staff_to_hand_its_coupons_out():
    batch = approved(quantity=3)
    issued(batch)
    assert (batch.state, batch.issued, issuing.queue_due(timezone.now())) == ("issuing", 0, [])


@pytest.mark.parametrize(("text", "kept"), [(" 7kq2-m ", "7KQ2M"), ("o0", "00"), ("il", "11"), ("", "")])
def test_a_code_is_read_as_people_write_it(text, kept):
    assert rules.normal(text) == kept


def test_a_wrong_sign_or_two_swapped_signs_make_no_code():
    good = "7KQ2M4XAB"
    code = good + rules.check_sign(good)
    wrong = [code[:n] + sign + code[n + 1 :] for n in range(10) for sign in rules.ALPHABET if sign != code[n]]
    swapped = [code[:n] + code[n + 1] + code[n] + code[n + 2 :] for n in range(9)]
    assert rules.is_code(code)
    assert not any(map(rules.is_code, wrong + swapped))
