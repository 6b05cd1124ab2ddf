"""The life of a batch as tables; the holdout as properties, with its SQL held to the rule."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coupons.batches import rules
from opsdesk.lib import sql

STATES = list(rules.STATES)
MAY = {
    "edit": "draft changes submitted",
    "freeze": "draft changes submitted",
    "submit": "draft changes",
    "approve": "submitted",
    "request_changes": "submitted",
    "reject": "submitted",
    "issue": "approved",
    "finish": "issuing",
    "pause": "approved issuing",
    "resume": "paused",
    "revoke": "approved issuing issued paused",
}


@pytest.mark.parametrize("verb", list(MAY))
def test_a_step_is_taken_from_its_states_and_from_no_other(verb):
    assert {state for state in STATES if rules.may_step(verb, state)} == set(MAY[verb].split())


def test_every_step_has_a_row_here_and_leads_to_a_known_state():
    assert set(MAY) == set(rules.STEPS)
    assert {rules.leads_to(verb, "draft") for verb in MAY} <= set(STATES)


def test_what_is_rejected_or_revoked_stays_so():
    assert [verb for verb in MAY if rules.may_step(verb, "rejected") or rules.may_step(verb, "revoked")] == []


def test_a_verb_that_nobody_knows_is_never_allowed():
    assert not rules.may_step("delete", "draft")


def test_freezing_leaves_a_batch_where_it_was():
    assert [rules.leads_to("freeze", state) for state in ("draft", "changes", "submitted")] == [
        "draft", "changes", "submitted",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("eligible", "share", "held_out"),
    [
        (852, 0.10, 85),
        (845, 0.10, 85),
        (844, 0.10, 84),
        (0, 0.10, 0),
        (1, 0.5, 1),
        (4, 0.10, 0),
        (5, 0.10, 1),
        (9, 0, 0),
    ],
)
def test_the_share_held_out_is_rounded_half_up(eligible, share, held_out):
    assert rules.control_size(eligible, share) == held_out


def test_the_largest_remainders_are_rounded_up():
    sizes = {("silent", "lost", 1): 14, ("silent", "lost", 2): 16, ("active", "champion", 1): 20}
    assert rules.quotas(sizes, 0.1, "B-0001") == {
        ("silent", "lost", 1): 1, ("silent", "lost", 2): 2, ("active", "champion", 1): 2,
    }  # fmt: skip


def test_equal_remainders_do_not_always_favour_the_same_stratum():
    sizes = {("silent", "lost", 1): 5, ("silent", "lost", 2): 5}
    winners = {next(one for one, n in rules.quotas(sizes, 0.1, f"B-{k}").items() if n) for k in range(40)}
    assert winners == set(sizes)


_STRATA = st.tuples(st.sampled_from(["silent", "active"]), st.sampled_from(["lost", "champion"]), st.integers(0, 3))


@given(st.dictionaries(_STRATA, st.integers(1, 400), max_size=16), st.sampled_from([0.0, 0.01, 0.05, 0.1, 0.33, 0.5]))
def test_quotas_add_up_and_none_is_more_than_one_off_its_share(sizes, share):
    found = rules.quotas(sizes, share, "B-0007")
    assert sum(found.values()) == rules.control_size(sum(sizes.values()), share)
    assert all(abs(found[one] - share * size) < 1 and found[one] <= size for one, size in sizes.items())


@given(st.lists(st.tuples(st.integers(1, 10**9), _STRATA), unique_by=lambda one: one[0], max_size=80))
def test_the_same_batch_and_customer_always_fall_the_same_way(members):
    assert rules.held_out(members, 0.1, "B-0001") == rules.held_out(reversed(members), 0.1, "B-0001")


def test_draws_spread_evenly():
    numbers = [rules.draw("B-0001", customer) for customer in range(20_000)]
    tenths = [sum(number * 10 // 2**28 == tenth for number in numbers) for tenth in range(10)]
    assert min(tenths) > 1800
    assert max(tenths) < 2200


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(st.text("B-0123456789v", min_size=1, max_size=12), st.lists(st.integers(0, 2**62), min_size=1, max_size=20))
def test_the_draw_in_sql_is_the_draw(key, customers):
    expression = rules.DRAW_SQL.format(customer="c.id")
    query = f"SELECT c.id, {expression} FROM unnest(%(ids)s::bigint[]) AS c(id)"
    for customer, number in sql.rows(query, ids=customers, draw_key=key):
        assert number == rules.draw(key, customer)


@pytest.mark.parametrize(
    ("batch", "others", "needed"),
    [
        (499_999, [], 1),
        (500_000, [], 2),  # from the limit on
        (250_000, [250_000], 2),  # cut in two
        (100_000, [100_000] * 4, 2),  # cut in five
        (100_000, [100_000] * 3, 1),
        (0, [500_000], 2),
    ],
)
def test_a_second_approver_is_asked_for_by_what_the_maker_hands_in_on_a_day(batch, others, needed):
    assert rules.approvals_needed(batch, others, 500_000) == needed


@given(st.lists(st.integers(0, 600_000), min_size=1, max_size=8))
def test_cutting_a_batch_into_pieces_never_saves_an_approver(pieces):
    whole = rules.approvals_needed(sum(pieces), [], 500_000)
    cut = [
        rules.approvals_needed(one, pieces[:place] + pieces[place + 1 :], 500_000) for place, one in enumerate(pieces)
    ]
    assert set(cut) == {whole}


@pytest.mark.parametrize(
    ("candidates", "held", "control", "recipients", "holds"),
    [(1024, {"cap": 87, "incident": 85}, 85, 767, True), (10, {}, 1, 9, True), (10, {"dnc": 1}, 1, 9, False)],
)
def test_candidates_are_held_back_control_and_recipients(candidates, held, control, recipients, holds):
    assert rules.adds_up(candidates, held, control, recipients) is holds


@pytest.mark.parametrize(
    ("gone", "new", "frozen", "share"), [(0, 0, 100, 0), (3, 2, 100, 0.05), (1, 0, 0, 1), (0, 50, 100, 0.5)]
)
def test_an_audience_goes_stale_by_who_left_and_who_came(gone, new, frozen, share):
    assert rules.stale_share(gone, new, frozen) == share


@pytest.mark.parametrize(
    ("at", "goes_out"),
    [
        ("2018-05-07 20:59", "2018-05-07 20:59"),
        ("2018-05-07 21:00", "2018-05-08 09:00"),
        ("2018-05-08 03:00", "2018-05-08 09:00"),
        ("2018-05-08 09:00", "2018-05-08 09:00"),
    ],
)
def test_a_message_of_the_night_waits_for_the_morning(at, goes_out):
    found = rules.awake(dt.datetime.fromisoformat(at), dt.time(21), dt.time(9))
    assert found == dt.datetime.fromisoformat(goes_out)


@pytest.mark.parametrize(
    ("conditions", "by_class"),
    [
        (set(), False),
        ({"community", "building"}, False),
        ({"ids"}, False),
        ({"lifecycle"}, True),
        ({"ids", "tag"}, True),
        ({"net_min"}, True),
    ],
)
def test_an_audience_rests_on_profiles_when_it_asks_what_people_bought_or_are(conditions, by_class):
    assert rules.is_by_class(conditions) is by_class
