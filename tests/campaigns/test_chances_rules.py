"""Shrinking, the choice of channels and the worth of one more hour: tables, and laws for any numbers."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.chances import rules
from campaigns.chances.rules import Candidate, Choice, Option, Rates, Tried
from communities.policies.rules import Policies

ORDERED = st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
SHARE = st.floats(0, 1)
# A busy machine draws its first fractions slowly; that says nothing of the rules.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("hour", "p"),
    [
        (("workday", 6), rules.QUIET), (("workday", 7), rules.BUSY), (("workday", 8), rules.BUSY),
        (("workday", 9), rules.SHOPPING), (("workday", 10), rules.SHOPPING), (("workday", 11), rules.QUIET),
        (("workday", 16), rules.QUIET), (("workday", 17), rules.BUSY), (("workday", 19), rules.BUSY),
        (("workday", 20), rules.QUIET), (("weekend", 9), rules.WEEKEND), (("weekend", 18), rules.WEEKEND),
    ],
)  # fmt: skip
def test_before_the_first_visit_people_are_at_home_before_and_after_work_and_when_they_shop(hour, p: float) -> None:
    assert rules.prior(hour) == p


@pytest.mark.parametrize(("seen", "n", "expected"), [(0, 0, 0.4), (0, 20, 0.2), (20, 20, 0.7), (200, 1000, 0.2039)])
def test_what_was_seen_weighs_by_how_much_it_was(seen: int, n: int, expected: float) -> None:
    assert rules.shrunk(seen, n, 0.4, 20) == pytest.approx(expected, abs=1e-4)


@patient
@given(seen=ORDERED, prior=SHARE, strength=st.floats(0.5, 200))
def test_a_shrunk_rate_lies_between_what_was_believed_and_what_was_seen(seen, prior: float, strength: float) -> None:
    successes, n = seen
    raw = successes / n if n else prior
    found = rules.shrunk(successes, n, prior, strength)
    assert min(raw, prior) - 1e-9 <= found <= max(raw, prior) + 1e-9


@patient
@given(seen=ORDERED, prior=SHARE)
def test_an_interval_holds_its_rate_and_stays_within_nothing_and_one(seen, prior: float) -> None:
    successes, n = seen
    found = rules.chance(successes, n, prior, 20)
    assert 0 <= found.low <= found.p <= found.high <= 1


def test_a_visit_counts_half_after_half_a_year() -> None:
    assert [rules.weight(weeks) for weeks in (0, 26, 52, -3)] == [1, 0.5, 0.25, 1]


def test_a_channel_nobody_tried_is_as_believed_and_a_class_as_its_channel() -> None:
    before = Rates(0.35, 0.12, 5000, 0)
    assert rules.rates(Tried(), before) == before
    much = rules.rates(Tried(3000, 1200, 600, 600 * 4000), before)
    assert (round(much.open, 2), round(much.order, 2), round(much.net_of_order)) == (0.4, 0.2, 4016)


def test_what_a_try_brings_is_margin_less_time_and_message() -> None:
    rates = Rates(open=0.4, order=0.2, net_of_order=5000, n=10)
    assert rules.expected(rates, 0.25, 5, 3000) == 250 - 250
    assert rules.expected(rates, 0.25, 0, 3000, 5) == 245
    assert isinstance(rules.expected(rates, 0.333, 1, 3000), int)


def test_the_time_that_a_channel_takes_is_the_policies() -> None:
    values = Policies(doors_an_hour=15, call_minutes=4, chat_minutes=2, group_minutes=1)
    found = {channel: rules.minutes_of(channel, values) for channel in ("door", "phone", "wechat", "group", "sms")}
    assert found == {"door": 4, "phone": 4, "wechat": 2, "group": 1, "sms": 0}


# -- Choosing --------------------------------------------------------------------------------------------------------


def one(customer: int, station: int | None = 1, **worth: float) -> Candidate:
    return Candidate(customer, station, [Option(channel, fen, 5) for channel, fen in worth.items()])


def channels(chosen: dict[int, Choice]) -> dict[int, str]:
    return {customer: choice.channel for customer, choice in chosen.items()}


def test_each_customer_gets_the_channel_that_brings_most() -> None:
    people = [one(1, door=100, sms=20), one(2, door=10, sms=20), one(3, sms=5), one(4)]
    assert channels(rules.choose(people, {1: 100})) == {1: "door", 2: "sms", 3: "sms", 4: ""}


def test_where_time_is_short_those_who_gain_most_by_a_door_get_it() -> None:
    people = [one(1, door=100, sms=95), one(2, door=60, sms=20), one(3, door=70, wechat=10)]
    assert channels(rules.choose(people, {1: 10})) == {1: "sms", 2: "door", 3: "door"}
    assert channels(rules.choose(people, {1: 9})) == {1: "sms", 2: "sms", 3: "door"}
    assert channels(rules.choose(people, {1: 0})) == {1: "sms", 2: "sms", 3: "wechat"}


def test_each_station_spends_its_own_minutes() -> None:
    people = [one(1, 1, door=10), one(2, 1, door=20), one(3, 2, door=1), one(4, None, door=50)]
    assert channels(rules.choose(people, {1: 5, 2: 5})) == {1: "", 2: "door", 3: "door", 4: ""}


def test_of_equals_the_first_channel_and_the_lower_id_come_first() -> None:
    assert channels(rules.choose([one(1, wechat=5, phone=5)], {})) == {1: "wechat"}
    assert channels(rules.choose([one(2, door=5), one(1, door=5)], {1: 5})) == {2: "", 1: "door"}


def test_whoever_has_no_other_channel_is_visited_at_a_loss_only_while_there_is_time() -> None:
    people = [one(1, door=-10), one(2, door=-10, sms=-5)]
    assert channels(rules.choose(people, {1: 100})) == {1: "door", 2: "sms"}


def test_several_channels_can_share_the_minutes() -> None:
    people = [Candidate(1, 1, [Option("phone", 90, 3), Option("door", 100, 5), Option("sms", 1, 0)])]
    assert channels(rules.choose(people, {1: 4}, limited=("door", "phone"))) == {1: "phone"}


OPTIONS = st.dictionaries(st.sampled_from(["door", "wechat", "sms"]), st.tuples(st.integers(-500, 500), SHARE))
PEOPLE = st.lists(st.tuples(st.sampled_from([1, 2, None]), OPTIONS), max_size=30)


def assembled(drawn) -> list[Candidate]:
    return [
        Candidate(number, station, [Option(name, worth, 1 + 9 * share) for name, (worth, share) in options.items()])
        for number, (station, options) in enumerate(drawn)
    ]


@patient
@given(drawn=PEOPLE, first=st.floats(0, 60), second=st.floats(0, 60))
def test_a_choice_never_takes_more_minutes_than_there_are(drawn, first: float, second: float) -> None:
    people, minutes = assembled(drawn), {1: first, 2: second}
    chosen = rules.choose(people, minutes)
    taken = {1: 0.0, 2: 0.0, None: 0.0}
    for person in people:
        choice = chosen[person.customer_id]
        option = next((o for o in person.options if o.channel == choice.channel), None)
        assert (option is None) == (choice.channel == "")
        if option and option.channel == "door":
            taken[person.station_id] += option.minutes
        if option:
            assert choice.worth == option.worth
    assert taken[None] == 0
    assert all(taken[station] <= minutes[station] + 1e-6 for station in (1, 2))


@patient
@given(drawn=PEOPLE, minutes=st.floats(0, 60))
def test_with_more_time_the_whole_is_worth_no_less_when_all_doors_take_the_same(drawn, minutes: float) -> None:
    people = [
        Candidate(p.customer_id, 1, [Option(o.channel, max(o.worth, 0), 5) for o in p.options])
        for p in assembled(drawn)
    ]
    less, more = (sum(c.worth for c in rules.choose(people, {1: m}).values()) for m in (minutes, minutes + 15))
    assert less <= more
