"""Each invariant holds on an honest world, and turns red when that very thing is broken."""

import copy
import dataclasses
import datetime as dt
import uuid

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.drives.models import Drive
from campaigns.visits import actions as visits
from campaigns.visits.reading import Told
from communities.models import Community
from communities.policies import actions as policies
from communities.scoping import Scope
from coupons.effects import actions as effects
from opsdesk import invariants, trust
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Check, Job
from tests import cast
from tests.campaigns.called_back import called_back
from tests.campaigns.worked_on import worked_on
from tests.cast import Cast
from tests.conftest import TODAY
from tests.coupons import granting
from tests.factories import make_customer, make_order
from users.imports.models import ImportFile
from users.lifecycle import actions as lifecycle
from users.orders.models import Source
from users.purchases import actions as purchases
from users.rfm import actions as rfm

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(once_a_file: None) -> Cast:
    people = cast.assemble()
    _live_honestly(people)
    return people


@pytest.fixture
def people(world: Cast, db: None) -> Cast:
    return copy.deepcopy(world)


@pytest.fixture
def honest(people: Cast, today: dt.date) -> dt.date:
    return today


def _live_honestly(people: Cast) -> None:
    """Two communities and the unassigned: new, active, silent, recalled and lost buyers; one import; two policies;
    a batch of two coupons, whose budget holds them."""
    for community in (people.cuiping, people.jinling, None):
        for day in ("2018-03-05", "2018-04-10", "2018-05-02"):
            customer = make_customer(community=community)
            make_order(customer=customer, at=day, net=2500)
            make_order(customer=customer, at="2018-05-03 09:00", net=1200)
        once = make_customer(community=community)
        make_order(customer=once, at="2018-03-20", net=900)
        make_order(customer=once, at="2018-03-21", net=900, counted=False)
    make_customer(community=people.cuiping, registered_at=dt.datetime(2018, 4, 1, tzinfo=dt.UTC))
    policies.change("silent_after_days", 21, by=people.manager)
    policies.change("silent_after_days", 14, by=people.manager)
    source = Source.objects.get(name="tests")
    ImportFile.objects.create(name="a", stored_as="a", sha256="a", source=source, state="done", rows=3, created=3)
    granting.issued(granting.approved(gets=granting.customers(2)))
    _told(worked_on(people), people)
    called_back(people)
    version = policies.queries.current_version()
    purchases.rebuild()
    purchases.assign_stations()
    lifecycle.recompute(TODAY, version)
    rfm.recompute(TODAY, version)
    effects.measure(TODAY)


def _told(drive: Drive, people) -> None:
    """One outcome at the drive's first door."""
    told = Told(uuid=uuid.uuid4(), task_id=drive.tasks.order_by("id")[0].pk, outcome="interested")
    assert visits.record(told, people.staff, Scope(everywhere=True), timezone.now(), "phone").status == 200


def red(as_of: dt.date) -> set[str]:
    return {check.name for check in trust.check_all(as_of) if not check.holds}


def test_everything_holds_on_an_honest_world(honest: dt.date) -> None:
    checks = trust.check_all(honest)
    assert {check.name: check.detail for check in checks if not check.holds} == {}
    assert len(checks) == len(invariants.INVARIANTS) == Check.objects.count()


def test_nothing_is_proved_by_looking_at_nothing(honest: dt.date) -> None:
    runs.take(["nightly"], runs.queue("nightly").pk)
    looked = {check.name: check.detail["looked"] for check in trust.check_all(honest)}
    assert [name for name, n in looked.items() if not n] == []


# name, what breaks it, and what else that must turn red
BREAKS = [
    ("one_class", "DELETE FROM users_lifecyclesnapshot WHERE customer_id = (SELECT min(id) FROM users_customer)",
     {"class_counts", "standings"}),
    ("one_class", "INSERT INTO users_lifecyclesnapshot (as_of, customer_id, community_id, lifecycle, before, recalled,"
     " by_policy, purchases, net) VALUES ('2018-05-07', 987654, 0, 'silent', '', false, false, 1, 1)",
     {"class_counts", "standings"}),
    ("class_counts", "UPDATE users_lifecyclecount SET customers = customers + 1 WHERE as_of = '2018-05-07'"
     " AND lifecycle = 'active'", set()),
    ("class_counts", "UPDATE users_snapshotday SET customers = customers - 1 WHERE as_of = '2018-05-07'", set()),
    ("class_counts", "DELETE FROM users_lifecyclecount WHERE as_of = '2018-05-07' AND lifecycle = 'silent'", set()),
    ("standings", "UPDATE users_standing SET lifecycle = 'prospect' WHERE lifecycle = 'active'", set()),
    ("standings", "UPDATE users_standing SET net = net + 1", set()),
    ("rfm_counts", "UPDATE users_rfmcount SET customers = customers + 1", set()),
    ("rfm_counts", "DELETE FROM users_rfmscore WHERE customer_id = (SELECT min(customer_id) FROM users_rfmscore)",
     {"rfm_standings"}),
    ("rfm_standings", "UPDATE users_standing SET rfm_class = 'champion' WHERE rfm_class = ''", set()),
    ("homes", "UPDATE users_customer SET community_id = (SELECT id FROM communities_community WHERE code = 'jinling')"
     " WHERE community_id = (SELECT id FROM communities_community WHERE code = 'cuiping')", {"customer_days"}),
    ("customer_days", "UPDATE users_customerday SET net = net + 1 WHERE day = '2018-05-02'",
     {"community_days", "station_days", "cohort_cells"}),
    ("customer_days", "DELETE FROM users_customerday WHERE day = '2018-05-03'",
     {"community_days", "station_days", "cohort_cells", "flow_weeks"}),
    ("customer_days", "UPDATE users_customerday SET starts_clean = false", set()),
    ("customer_days", "UPDATE users_order SET counted = false, state = 'cancelled', net = 0 WHERE day = '2018-05-02'",
     set()),
    ("community_days", "UPDATE users_communityday SET new_payers = new_payers + 1 WHERE day = '2018-05-03'",
     {"community_periods"}),
    ("community_days", "DELETE FROM users_communityday WHERE day = '2018-05-03'", {"community_periods"}),
    ("community_periods", "UPDATE users_communityperiod SET payers = payers + 1 WHERE grain = 'month'", set()),
    ("cohort_cells", "UPDATE users_cohortcell SET net = net + 1 WHERE week = cohort", set()),
    ("growth", "UPDATE users_cohortcell SET customers = customers + 1 WHERE week = '2018-04-30'", {"cohort_cells"}),
    ("growth", "UPDATE users_flowweek SET lost = lost + 1", {"flow_weeks"}),
    ("flow_weeks", "UPDATE users_flowweek SET recalled = recalled + 1, retained = retained - 1", {"growth"}),
    ("station_days", "UPDATE users_stationday SET week_payers = week_payers + 1", set()),
    ("orphans", "UPDATE users_orderline SET order_id = order_id + 1000000", set()),
    ("orphans", "UPDATE users_order SET customer_id = 987654 WHERE day = '2018-04-10'", {"customer_days"}),
    ("net", "UPDATE users_order SET refunded = 5 WHERE counted", set()),
    ("net", "UPDATE users_order SET state = 'cancelled' WHERE counted", set()),
    ("phones", "UPDATE users_customer SET phone = '12345678901' WHERE id = (SELECT min(id) FROM users_customer)",
     set()),
    ("phones", "UPDATE users_customer SET phone_grams = '{1380}'", set()),
    ("import_rows", "UPDATE users_importfile SET state = 'undoing', rows = 4", set()),
    ("import_rows", "UPDATE users_importfile SET refused = 1, created = 2", set()),
    ("policy_versions", "UPDATE communities_policychange SET before = '3' WHERE value = '14'", set()),
    ("policy_versions", "UPDATE communities_policychange SET at = at - interval '1 day' WHERE value = '14'", set()),
    ("dead_jobs", "INSERT INTO runs_job (kind, slot, payload, state, done, total, note, result, error, attempts,"
     " cancel_requested, fence, lease_until, created_at) VALUES ('nightly', '', '{}', 'running', 0, 0, '', '{}', '', 1,"
     " false, 1, now() - interval '61 minutes', now())", set()),
    ("one_name", "UPDATE communities_community SET aliases = '{翠屏}'", set()),
    ("one_name", "UPDATE communities_community SET aliases = '{翠屏花园}' WHERE code = 'jinling'", set()),
    ("budget_ledger", "UPDATE coupons_budget SET reserved = reserved + 1", {"budget_holds"}),
    ("budget_ledger", "DELETE FROM coupons_budgetentry WHERE kind = 'reserve'", set()),
    ("budget_held", "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE coupons_budget DROP CONSTRAINT budget_never_exceeded;"
     " UPDATE coupons_budget SET spent = amount", {"budget_ledger", "budget_holds"}),
    ("subsidy_totals", "UPDATE coupons_subsidytotal SET gross = gross + 1", set()),
    ("coupon_fates", "UPDATE coupons_batch SET issued = issued - 1", set()),
    ("coupon_fates", "DELETE FROM coupons_grant WHERE id = (SELECT max(id) FROM coupons_grant)", {"holds"}),
    ("holds", "UPDATE coupons_grant SET state = 'void' WHERE id = (SELECT max(id) FROM coupons_grant)", set()),
    ("budget_holds", "UPDATE coupons_hold SET reserved = reserved + 1", {"holds"}),
    ("drive_sums", "UPDATE campaigns_drive SET control = 7", set()),
    ("drive_sums", "UPDATE campaigns_candidate SET fate = 'task' WHERE fate = 'control'", set()),
    ("drive_sums", "DELETE FROM campaigns_task WHERE visits = 0", set()),
    ("task_events", "UPDATE campaigns_task SET outcome = 'moved' WHERE visits = 1", set()),
    ("live_events", "UPDATE campaigns_visit SET live = false", {"task_events"}),
    ("cue_ticks", "UPDATE campaigns_cue SET ticks = '{}'", set()),
    ("cue_ticks", 'UPDATE campaigns_tick SET "on" = false', set()),
    ("case_splits", "UPDATE campaigns_case SET split = jsonb_set(split, '{dimensions,station,0,mix}', '0.06')", set()),
    ("case_splits", "UPDATE campaigns_case SET split = jsonb_set(split, '{company,difference}', '-0.2')", set()),
    ("case_calls", "UPDATE campaigns_callback SET community_id = community_id + 1", set()),
    ("case_alerts", "UPDATE users_retentionalert SET direction = 'rise'", set()),
]  # fmt: skip


def test_what_is_broken_turns_red_and_nothing_unrelated(honest: dt.date) -> None:
    """One honest world, put right again after each: making it takes longer than looking at it."""
    wrong = [(breaking, found) for name, breaking, also in BREAKS if (found := broken(honest, name, breaking)) != also]
    assert wrong == []


def broken(as_of: dt.date, name: str, breaking: str) -> set[str]:
    """What turns red beside `name`, which must; undone again."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(breaking.replace("%", "%%"))
        assert cursor.rowcount > 0, breaking
        found = red(as_of)
        assert name in found, breaking
        told = Check.objects.get(name=name).detail
        assert told["offenders"] >= len(told["rows"]) > 0, breaking
        transaction.set_rollback(True)
    return found - {name}


def test_every_invariant_has_been_broken_on_purpose() -> None:
    assert {name for name, _breaking, _also in BREAKS} == set(invariants.BY_NAME)


def test_a_check_remembers_when_it_last_held(honest: dt.date) -> None:
    trust.check_all(honest)
    held = Check.objects.get(name="net").last_held_at
    with connection.cursor() as cursor:
        cursor.execute("UPDATE users_order SET refunded = 5 WHERE counted")
    trust.check_all(honest)
    check = Check.objects.get(name="net")
    assert not check.holds
    assert check.last_held_at == held < check.checked_at


def test_an_invariant_that_cannot_be_asked_is_red_and_the_others_are_asked(honest: dt.date, monkeypatch) -> None:
    first = dataclasses.replace(invariants.INVARIANTS[0], bad="SELECT nonsense FROM nowhere")
    monkeypatch.setattr(invariants, "INVARIANTS", (first, *invariants.INVARIANTS[1:]))
    checks = trust.check_all(honest)
    assert [check.holds for check in checks] == [False] + [True] * (len(checks) - 1)
    assert "nowhere" in checks[0].detail["error"]


def test_no_phone_is_kept_with_an_answer(honest: dt.date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE users_customer SET phone_grams = '{1380}'")
    trust.check_all(honest)
    assert "138000" not in str(list(Check.objects.values_list("detail", flat=True)))


def test_an_empty_database_is_no_reason_for_red(nothing_yet) -> None:
    assert red(dt.date(2018, 5, 7)) == set()


def test_people_who_came_with_an_import_after_the_run_wait_for_the_next(honest: dt.date, people) -> None:
    late = make_customer(community=people.cuiping, first_import_id=99)
    make_order(customer=late, at="2018-05-01", first_import_id=99, import_id=99)
    purchases.refresh([late.pk])
    assert red(honest) == set()


@pytest.mark.parametrize("key", ["merge_days", "service_order_min_amount"])
def test_a_changed_threshold_waits_for_the_next_run_without_red(honest: dt.date, people, key: str) -> None:
    policies.change(key, 2, by=people.manager)
    assert red(honest) == set()


def test_a_threshold_kept_by_the_run_is_held_to(honest: dt.date, people) -> None:
    policies.change("merge_days", 3, by=people.manager)
    version = policies.queries.current_version()
    purchases.rebuild()
    lifecycle.recompute(honest, version)
    rfm.recompute(honest, version)
    assert red(honest) == set()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE users_customerday SET starts_purchase = true")
    assert "customer_days" in red(honest)


def test_a_second_check_while_one_waits_is_the_same_one(people) -> None:
    first = trust.queue_check(by=people.manager)
    assert trust.queue_check(by=people.manager2) == first


def test_the_worker_does_a_queued_check_and_says_how_many_are_broken(honest: dt.date, people) -> None:
    Community.objects.filter(code="jinling").update(aliases=["翠屏"])
    job = trust.queue_check(by=people.manager)
    runs.work({trust.KIND: trust.handle})
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.DONE, {"checked": len(invariants.INVARIANTS), "broken": 1})
