"""Who gets a task and by which channel: tables of cases, and what holds of every plan."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.chances import rules as chances
from campaigns.recall import rules
from campaigns.recall.rules import Crew, Fate, Person

MINUTES = {"phone": 3, "wechat": 2, "group": 1}
ONE_HOUR = Crew({7: 60}, {7: 12}, MINUTES)
OPEN = {"door": "", "phone": "", "sms": ""}


def person(customer: int = 1, **fields) -> Person:
    usual = {
        "community": 1, "station": 1, "lifecycle": "silent", "rfm_class": "lost", "door": ("6", "2", "502"),
        "gate": OPEN,
    }  # fmt: skip
    return Person(customer=customer, **usual | fields)


def plan(people, crews, channels=("door", "phone", "sms"), *, best=False, share=0.0):
    return rules.plan(people, channels, crews, best=best, share=share, key="R-1")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ""),
        ({"reason": "proxy"}, "proxy"),
        ({"gate": {"door": "cap", "phone": "cap"}}, "cap"),
        ({"gate": {"door": "cap", "phone": ""}}, ""),
        ({"gate": {"door": "cap", "phone": "consent"}}, "channel"),
        ({"station": 2}, "nobody"),
        ({"station": 0, "door": ("", "", "")}, "nobody"),
        ({"door": ("", "", "")}, ""),
        ({"door": ("6", "", ""), "gate": {"door": "", "phone": "consent"}}, "channel"),
        ({"door": ("6", "", "502"), "gate": {"door": "", "phone": "consent"}}, ""),
    ],
)
def test_one_is_held_back_for_what_all_channels_say_or_because_none_is_open(fields, reason):
    told = rules.channels_of(person(**{"gate": {"door": "", "phone": ""}} | fields), ["door", "phone"], {1: ONE_HOUR})
    assert rules.reason_of(person(**fields), told) == reason


@pytest.mark.parametrize(
    ("best", "worth", "channel"),
    [
        (False, {"phone": 900}, "door"),
        (True, {"door": 500, "phone": 900, "sms": 100}, "phone"),
        (True, {"door": -500, "phone": -900, "sms": -100}, "sms"),
        (True, {}, "sms"),
        (False, {}, "door"),
    ],
)
def test_the_channel_is_the_first_open_or_the_one_worth_most(best, worth, channel):
    assert plan([person(worth=worth)], {1: ONE_HOUR}, best=best)[1].channel == channel


def test_whose_door_gains_most_over_the_next_best_gets_the_visit():
    crew = Crew({7: 5}, {7: 12}, MINUTES)  # time for one door
    rich = person(1, worth={"door": 1000, "sms": 950}, gate={"door": "", "sms": ""})
    keen = person(2, worth={"door": 800, "sms": 10}, gate={"door": "", "sms": ""})
    found = plan([rich, keen], {1: crew}, ("door", "sms"), best=True)
    assert (found[1].channel, found[2].channel) == ("sms", "door")


def test_one_more_hour_is_worth_what_the_next_doors_bring():
    people = [person(n, worth={"door": 100 + n}, gate={"door": ""}) for n in range(1, 31)]
    crews = {1: Crew({7: 60}, {7: 12}, MINUTES)}
    fates = plan(people, crews, ("door",), best=True)
    assert {n for n, fate in fates.items() if fate.fate == "task"} == set(range(19, 31))
    assert rules.marginal(people, fates, ("door",), crews, best=True) == {1: sum(100 + n for n in range(7, 19))}


def test_a_crew_does_as_many_doors_as_its_workers():
    crew = Crew({1: 90, 2: 60}, {1: 12, 2: 7}, MINUTES)
    assert (crew.doors, crew.costs["door"], crew.costs["phone"]) == (18 + 7, 6, 3)
    idle = Crew({1: 0, 2: 3}, {1: 12, 2: 6}, MINUTES)
    assert (idle.doors, idle.costs["door"]) == (0, 10)


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("{name}好,{goods}只要{price}", "李芳好,青菜只要1.00"),
        ("用{coupon}券", "用满49减12券"),
        ("没有位置 {other}", "没有位置 {other}"),
    ],
)
def test_a_script_is_filled_with_what_the_offer_says(script, text):
    assert rules.filled(script, name="李芳", goods="青菜", price="1.00", coupon="满49减12") == text


@pytest.mark.parametrize(
    ("fen", "text"), [(100, "¥1"), (99, "¥0.99"), (1050, "¥10.5"), (10000, "¥100"), (0, "¥0"), (None, "")]
)
def test_a_price_is_written_without_idle_zeros(fen, text):
    assert rules.price_text(fen) == text


def test_what_an_order_is_worth_is_the_customers_own_mean_shrunk_towards_their_class():
    rates = {("door", "lost"): chances.Rates(open=0.3, order=0.1, net_of_order=5000, n=100)}
    costs = rules.Costs(margin_share=0.25, hour=3000, message=5)
    new, loyal = person(gate={"door": ""}), person(gate={"door": ""}, net=90 * 20_000, purchases=90)
    assert rules.worth(new, rates, {"door": 5.0}, costs) == {"door": 125 - 250}
    mean = (90 * 20_000 + 10 * 5000) / 100
    assert rules.worth(loyal, rates, {"door": 5.0}, costs) == {"door": round(0.1 * 0.25 * mean) - 250}


GATES = st.fixed_dictionaries({name: st.sampled_from(["", "", "consent", "cap"]) for name in OPEN})
PEOPLE = st.lists(
    st.builds(
        Person,
        customer=st.just(0), community=st.integers(0, 2), station=st.integers(0, 3),
        lifecycle=st.sampled_from(["silent", "lost"]), rfm_class=st.sampled_from(["win_back", "rescue"]),
        door=st.tuples(*(st.sampled_from(some) for some in (["", "1", "2"], ["", "1"], ["", "101", "202"]))),
        gate=GATES, reason=st.sampled_from(["", "", "", "dnc", "proxy"]), net=st.integers(0, 5),
        worth=st.dictionaries(st.sampled_from(sorted(OPEN)), st.integers(-500, 500)),
    ),
    max_size=60,
)  # fmt: skip
WORKERS = st.dictionaries(st.integers(1, 4), st.tuples(st.integers(0, 90), st.integers(1, 30)), max_size=3)
CREWS = st.dictionaries(st.integers(1, 3), WORKERS, max_size=3)


@given(PEOPLE, CREWS, st.booleans(), st.sampled_from([0.0, 0.1, 0.5]))
def test_of_every_plan_the_sums_and_the_limits_hold(drawn, workers, best, share):
    people = [Person(**vars(one) | {"customer": n}) for n, one in enumerate(drawn)]
    crews = {
        station: Crew({who: minutes for who, (minutes, _pace) in them.items()},
                      {who: pace for who, (_minutes, pace) in them.items()}, MINUTES)
        for station, them in workers.items() if them
    }  # fmt: skip
    fates = plan(people, crews, best=best, share=share)
    counted = Counter(fate.fate for fate in fates.values())
    assert len(fates) == len(people) == sum(counted.values())
    assert set(counted) <= {"held", "control", "task"}
    assert all(bool(fate.reason) == (fate.fate == "held") for fate in fates.values())
    assert share or not counted["control"]
    for one in people:
        _holds(one, fates[one.customer], crews)
    for station, crew in crews.items():
        for hand in crew.hands():
            mine = [fates[one.customer] for one in people if one.station == station]
            assert sum(hand.costs[fate.channel] for fate in mine if fate.staff == hand.staff) <= hand.capacity


def _holds(one: Person, fate: Fate, crews: dict[int, Crew]) -> None:
    if fate.fate == "held":
        return
    assert not one.reason
    assert one.gate[fate.channel] == ""
    assert fate.channel != "door" or (one.door[0] and one.door[2])
    if fate.fate == "task" and fate.channel in rules.STAFFED:
        assert fate.staff in crews[one.station].minutes
    else:
        assert fate.staff is None


@given(st.integers(0, 200), st.sampled_from([0.05, 0.1, 0.33]))
def test_with_time_for_all_the_share_is_held_out_to_the_head(count, share):
    people = [person(n, gate={"sms": ""}) for n in range(count)]
    fates = plan(people, {}, ("sms",), share=share)
    control = sum(fate.fate == "control" for fate in fates.values())
    assert control == int(Fraction(str(share)) * count + Fraction(1, 2))
