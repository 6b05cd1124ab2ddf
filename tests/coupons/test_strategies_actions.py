"""The matrix is written: versions follow one another, a schedule runs or does not, rows move."""

import threading

import pytest
from django.db import IntegrityError, connection

from communities.models import StaffAct
from coupons.strategies import actions, queries
from coupons.strategies.models import Strategy, StrategyVersion

SAID = {"audience": "lifecycle=silent", "goal": "召回沉默用户", "every_days": 14}


@pytest.fixture
def strategy(people) -> Strategy:
    return actions.create("沉默唤醒", SAID, by=people.operator).strategy


def numbers(strategy: Strategy) -> list[int]:
    return list(strategy.versions.values_list("number", flat=True))


def test_saving_makes_the_next_version_and_keeps_the_one_before(strategy, people) -> None:
    made = actions.save(strategy, 1, {"goal": "唤醒"}, note="太长", by=people.manager)
    assert (made.number, made.audience, made.made_by) == (2, "lifecycle=silent", people.manager)
    assert strategy.versions.get(number=1).goal == "召回沉默用户"
    act = StaffAct.objects.get(verb="change", thing="strategy")
    assert act.detail == {"version": 2, "fields": ["goal"]}


def test_the_same_content_makes_no_version(strategy, people) -> None:
    assert actions.save(strategy, 1, SAID | {"message": ""}, note="again", by=people.operator) is None
    assert numbers(strategy) == [1]


def test_whoever_saves_from_an_old_version_is_told(strategy, people) -> None:
    actions.save(strategy, 1, {"goal": "唤醒"}, by=people.manager)
    with pytest.raises(actions.JustSaved) as told:
        actions.save(strategy, 1, {"goal": "召回"}, by=people.operator)
    assert told.value.args[0].made_by == people.manager
    assert numbers(strategy) == [2, 1]


def test_a_name_belongs_to_one_strategy(strategy, people) -> None:
    with pytest.raises(actions.NameTaken):
        actions.create("沉默唤醒", SAID, by=people.manager)
    other = actions.create("新付费", SAID, by=people.manager).strategy
    with pytest.raises(actions.NameTaken):
        actions.save(other, 1, {}, name="沉默唤醒", by=people.manager)
    actions.save(other, 1, {}, name="新付费用户", by=people.manager)
    assert (Strategy.objects.get(pk=other.pk).name, numbers(other)) == ("新付费用户", [1])


def test_a_schedule_starts_only_with_something_to_do(strategy, people) -> None:
    with pytest.raises(actions.NotReady) as lacking:
        actions.start(strategy, by=people.operator)
    assert lacking.value.args == ("coupon_id", "budget_id", "rhythm")
    assert not queries.running().exists()


def test_a_retired_strategy_runs_no_more_and_comes_back_at_the_end(strategy, people) -> None:
    other = actions.create("新付费", SAID, by=people.manager).strategy
    Strategy.objects.filter(pk=strategy.pk).update(running_since="2018-05-01T00:00:00Z")
    assert actions.retire(strategy, by=people.manager)
    assert not actions.retire(strategy, by=people.manager)
    assert [one.strategy for one in queries.in_use()] == [other]
    assert [one.strategy for one in queries.retired()] == [strategy]

    actions.restore(strategy, by=people.manager)
    assert [one.strategy for one in queries.in_use()] == [other, strategy]
    assert not queries.running().exists()


def test_rows_move_within_the_matrix(strategy, people) -> None:
    for name in ("新付费", "高价值"):
        actions.create(name, SAID, by=people.manager)
    assert actions.move(strategy, 1, by=people.manager)
    assert [one.strategy.name for one in queries.in_use()] == ["新付费", "沉默唤醒", "高价值"]
    assert actions.move(strategy, -5, by=people.manager)
    assert not actions.move(strategy, -1, by=people.manager)
    assert [one.strategy.name for one in queries.in_use()] == ["沉默唤醒", "新付费", "高价值"]


# -- Two who save at once ------------------------------------------------------------------------------------------


def _at_once(work) -> list[str]:
    """What each of two threads met, with a connection of its own and the same start."""
    ready, told = threading.Barrier(2), []

    def run(goal: str) -> None:
        try:
            ready.wait()
            work(goal)
            told.append("saved")
        except (actions.JustSaved, IntegrityError) as lost:
            told.append(type(lost).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(goal,)) for goal in ("一", "二")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(told)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told_that_somebody_else_just_saved(people) -> None:
    strategy = actions.create("沉默唤醒", SAID, by=people.operator).strategy
    told = _at_once(lambda goal: actions.save(strategy, 1, {"goal": goal}, by=people.manager))
    assert (told, numbers(strategy)) == (["JustSaved", "saved"], [2, 1])


@pytest.mark.django_db(transaction=True)
def test_control_overwriting_the_newest_version_loses_one_of_two(people) -> None:
    """The same without versions: both are told that they saved, and one goal is gone."""
    strategy = actions.create("沉默唤醒", SAID, by=people.operator).strategy
    told = _at_once(lambda goal: StrategyVersion.objects.filter(strategy=strategy).update(goal=goal))
    assert (told, len({one.goal for one in strategy.versions.all()})) == (["saved", "saved"], 1)
