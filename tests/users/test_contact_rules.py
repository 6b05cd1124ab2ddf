"""The gate as a table of cases, and the gate as SQL held to it over whatever wishes, touches and times there are."""

import datetime as dt
from dataclasses import dataclass, field, replace

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communities.models import Community
from communities.policies.rules import Policies
from opsdesk.lib import sql
from tests.factories import SHANGHAI, make_customer
from users.contact import queries, rules
from users.contact.models import ContactPause, ContactWish, Touch
from users.contact.rules import CHANNELS, Facts

NOON, NIGHT = dt.time(12), dt.time(23, 30)
LIMITS = queries.limits(Policies())
OPT_IN = replace(LIMITS, opt_in=frozenset({"sms"}))
FOUR = (("door", 1.0), ("group", 2.0), ("event", 3.0), ("wechat", 29.9))


@pytest.mark.parametrize(
    ("facts", "channel", "at", "by_class", "reason"),
    [
        (Facts(), "coupon", NOON, True, ""),
        (Facts(), "sms", NOON, False, ""),
        (Facts(do_not_contact=True), "coupon", NOON, False, "dnc"),
        (Facts(do_not_contact=True, no_profiling=True, incident=True), "sms", NIGHT, True, "dnc"),
        (Facts(no_profiling=True), "coupon", NOON, True, "profiling"),
        (Facts(no_profiling=True), "coupon", NOON, False, ""),
        (Facts(refused=frozenset({"sms"})), "sms", NOON, False, "consent"),
        (Facts(refused=frozenset({"sms"})), "push", NOON, False, ""),
        (Facts(refused=frozenset({"sms"}), incident=True), "sms", NOON, False, "consent"),
        (Facts(incident=True), "group", NOON, False, "incident"),
        (Facts(incident=True, touches=FOUR), "group", NOON, False, "incident"),
        (Facts(touches=FOUR), "group", NOON, False, "cap"),
        (Facts(touches=FOUR[:3]), "group", NOON, False, ""),
        (Facts(touches=(*FOUR[:3], ("event", 30.0))), "group", NOON, False, ""),  # thirty days ago is out
        (Facts(touches=(("coupon", 6.99),)), "coupon", NOON, False, "cap"),
        (Facts(touches=(("coupon", 7.0),)), "coupon", NOON, False, ""),
        (Facts(touches=(("coupon", 1.0),)), "sms", NOON, False, ""),  # another channel's own cap
        (Facts(touches=(("sms", 1.0), ("sms", 2.0))), "sms", NOON, False, "cap"),
        (Facts(touches=FOUR), "sms", NIGHT, False, "cap"),
        (Facts(), "sms", NIGHT, False, "quiet"),
        (Facts(), "coupon", NIGHT, False, ""),  # wakes nobody
    ],
)
def test_the_first_reason_is_the_one_told(facts: Facts, channel: str, at: dt.time, by_class: bool, reason: str) -> None:
    assert rules.may_contact(facts, channel, at, LIMITS, by_class) == reason


@pytest.mark.parametrize(
    ("facts", "reason"),
    [(Facts(), "consent"), (Facts(agreed=frozenset({"sms"})), ""), (Facts(agreed=frozenset({"push"})), "consent")],
)
def test_a_channel_may_need_a_yes_first(facts: Facts, reason: str) -> None:
    assert rules.may_contact(facts, "sms", NOON, OPT_IN, False) == reason


@pytest.mark.parametrize(
    ("begin", "end", "at", "quiet"),
    [
        ("21:00", "09:00", "20:59", False),
        ("21:00", "09:00", "21:00", True),
        ("21:00", "09:00", "00:00", True),
        ("21:00", "09:00", "08:59", True),
        ("21:00", "09:00", "09:00", False),
        ("12:00", "14:00", "13:00", True),
        ("12:00", "14:00", "14:00", False),
        ("09:00", "09:00", "09:00", False),  # none at all
    ],
)
def test_quiet_hours_may_wrap_around_midnight(begin: str, end: str, at: str, quiet: bool) -> None:
    times = [dt.time.fromisoformat(text) for text in (begin, end)]
    limits = replace(LIMITS, quiet_from=times[0], quiet_to=times[1])
    assert rules.is_quiet(dt.time.fromisoformat(at), limits) is quiet


@pytest.mark.parametrize(
    ("at", "ends"),
    [("2018-05-07 22:00", "2018-05-08 09:00"), ("2018-05-07 03:00", "2018-05-07 09:00"),
     ("2018-05-07 09:00", "2018-05-08 09:00"), ("2018-12-31 23:59", "2019-01-01 09:00")],
)  # fmt: skip
def test_quiet_hours_end_at_the_next_morning(at: str, ends: str) -> None:
    moments = [dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) for text in (at, ends)]
    assert rules.quiet_ends(moments[0], LIMITS) == moments[1]


# -- The same in SQL -------------------------------------------------------------------------------------------------


@dataclass
class Somebody:
    """A customer before they are written down. Touches: (channel, seconds ago, state)."""

    do_not_contact: bool = False
    no_profiling: bool = False
    refused: frozenset[str] = frozenset()
    agreed: frozenset[str] = frozenset()
    in_pause: bool = False
    touches: list[tuple[str, int, str]] = field(default_factory=list)

    def facts(self, paused: bool) -> Facts:
        counted = ("waiting", "done", "unknown")
        reached = [(channel, ago / 86400) for channel, ago, state in self.touches if state in counted]
        incident = paused and self.in_pause
        return Facts(self.do_not_contact, self.no_profiling, self.refused, self.agreed, incident, tuple(reached))


DAY = 86400
SOME_CHANNELS = st.frozensets(st.sampled_from(sorted(CHANNELS)), max_size=3)
AGO = st.one_of(st.integers(-DAY, 31 * DAY), st.sampled_from([7 * DAY, 14 * DAY, 30 * DAY, 7 * DAY - 1, 30 * DAY - 1]))
TOUCHES = st.lists(
    st.tuples(st.sampled_from(["coupon", "sms", "door", "group"]), AGO, st.sampled_from(sorted(Touch.State.values))),
    max_size=6,
)
PEOPLE = st.lists(
    st.builds(
        Somebody,
        do_not_contact=st.sampled_from([False, False, False, True]),
        no_profiling=st.booleans(),
        refused=SOME_CHANNELS,
        agreed=SOME_CHANNELS,
        in_pause=st.booleans(),
        touches=TOUCHES,
    ),
    min_size=1,
    max_size=5,
)
MOMENTS = st.one_of(
    st.times(),
    st.sampled_from([dt.time(21), dt.time(20, 59, 59, 999999), dt.time(0), dt.time(8, 59, 59), dt.time(9)]),
)
WINDOWS = st.sampled_from(["21:00-09:00", "12:00-14:00", "09:00-09:00"])
ONE_TRANSACTION = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ONE_TRANSACTION
@given(
    people=PEOPLE, channel=st.sampled_from(sorted(CHANNELS)), time=MOMENTS, by_class=st.booleans(),
    paused=st.booleans(), window=WINDOWS, opt_in=st.booleans(),
)  # fmt: skip
def test_the_gate_in_sql_says_what_the_rules_say(
    db: None, policies_are, people, channel, time, by_class, paused, window, opt_in
) -> None:
    quiet_from, quiet_to = window.split("-")
    values = Policies(quiet_from=quiet_from, quiet_to=quiet_to, sms_opt_in=opt_in)
    policies_are(values)
    at = dt.datetime.combine(dt.date(2018, 5, 7), time, tzinfo=SHANGHAI)
    with transaction.atomic():
        ids = written(people, at, paused)
        statement, params = queries.gate(
            "SELECT unnest(%(ids)s)", {"ids": ids}, channel=channel, at=at, by_class=by_class
        )
        told = dict(sql.rows(statement, **params))
        alone = queries.may_contact(ids[0], channel, at, by_class)
        standing = queries.standing(queries.wish_of(ids[0]), at, values)[channel]
        transaction.set_rollback(True)
    limits = queries.limits(values)
    expected = [rules.may_contact(one.facts(paused), channel, time, limits, by_class) for one in people]
    assert [told[i] for i in ids] == expected
    assert alone == expected[0]
    if not by_class:
        assert standing == expected[0]
    if by_class:
        assert not any(one.no_profiling for one, i in zip(people, ids, strict=True) if told[i] == "")


@pytest.fixture
def policies_are(monkeypatch):
    def put(values: Policies) -> None:
        monkeypatch.setattr(queries.policies, "for_company", lambda: values)

    return put


def written(people: list[Somebody], at: dt.datetime, paused: bool) -> list[int]:
    """Their ids. Somebody who wished nothing has no row of wishes; every second pause of the place is over."""
    quiet, troubled = (Community.objects.create(code=code, name=code) for code in ("quiet-place", "troubled"))
    begin = at - dt.timedelta(days=1)
    ContactPause.objects.create(community=quiet, begins_at=begin, ended_at=at, reason="over")
    if paused:
        ContactPause.objects.create(community=troubled, begins_at=begin, reason="open")
    return [_written(one, troubled if one.in_pause else quiet, at) for one in people]


def _written(one: Somebody, place: Community, at: dt.datetime) -> int:
    customer = make_customer(community=place)
    if one.do_not_contact or one.no_profiling or one.refused or one.agreed:
        ContactWish.objects.create(
            customer=customer, do_not_contact=one.do_not_contact, no_profiling=one.no_profiling,
            refused=sorted(one.refused), agreed=sorted(one.agreed),
        )  # fmt: skip
    for n, (channel, ago, state) in enumerate(one.touches):
        Touch.objects.create(
            customer=customer, at=at - dt.timedelta(seconds=ago), channel=channel, thing="test", thing_id=n,
            state=state, blocked_by="cap" if state == "blocked" else "",
        )  # fmt: skip
    return int(customer.pk)


def test_a_customer_who_is_not_there_may_not_be_contacted(db: None) -> None:
    assert queries.may_contact(10**9, "coupon", timezone.now(), by_class=False) == "dnc"


def test_a_message_whose_touch_was_counted_before_is_not_counted_again(db: None) -> None:
    customer, at = make_customer(), dt.datetime(2018, 5, 7, 12, tzinfo=SHANGHAI)
    for n in range(9):
        Touch.objects.create(customer=customer, at=at, channel="sms", thing="test", thing_id=n)
    for counted, reason in ((True, "cap"), (False, "")):
        statement, params = queries.gate(
            "SELECT %(id)s::bigint", {"id": customer.pk}, channel="sms", at=at, by_class=False, counted=counted
        )
        assert sql.rows(statement, **params) == [(customer.pk, reason)]
