import pytest
from django.core.management import CommandError, call_command

from communities.models import PolicyChange
from communities.policies import actions, queries, rules


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("silent_after_days", " 21 ", 21),
        ("service_order_min_amount", "99.9", 9990),
        ("service_order_min_amount", "100", 10000),
        ("rfm_cuts_r", "6, 13 27 63", [6, 13, 27, 63]),
        ("rfm_cuts_r", "none", None),
        ("rfm_frozen", "yes", True),
        ("rfm_scoring", "fixed", "fixed"),
        ("tag_min_share", "0.5", 0.5),
        ("tag_min_share", "40%", 0.4),
        ("rfm_cuts_m", "168 396 742.5, 1318", [16800, 39600, 74250, 131800]),
    ],
)
def test_a_value_is_read_as_people_type_it(key: str, text: str, value: object) -> None:
    assert rules.POLICIES[key].parse(text) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("silent_after_days", "two weeks"),
        ("silent_after_days", "0"),
        ("silent_after_days", "-3"),
        ("service_order_min_amount", "99.999"),
        ("service_order_min_amount", "NaN"),
        ("rfm_cuts_r", "1 2 3"),
        ("rfm_cuts_r", "9 8 7 6"),
        ("rfm_scoring", "western"),
        ("tag_min_share", "1.5"),
        ("tag_min_share", "nan"),
        ("tag_min_share", "140%"),
        ("rfm_cuts_m", "1 2 3 2.999"),
    ],
)
def test_nonsense_is_refused_with_what_is_allowed(key: str, text: str) -> None:
    with pytest.raises(rules.BadValue):
        rules.POLICIES[key].parse(text)


@pytest.mark.parametrize("policy", rules.POLICIES.values(), ids=lambda policy: policy.key)
def test_every_default_is_allowed_and_survives_being_written_and_read(policy: rules.Policy) -> None:
    value = policy.default
    assert policy.parse(policy.written(value)) == value
    assert getattr(rules.Policies(), policy.key) == (tuple(value) if isinstance(value, list) else value)


def test_a_community_overrules_the_company_which_overrules_the_default(people) -> None:
    actions.change("silent_after_days", 21, by=people.manager)
    actions.change("silent_after_days", 10, by=people.manager, community=people.cuiping)

    assert queries.for_community(people.cuiping.id).silent_after_days == 10
    assert queries.for_community(people.jinling.id).silent_after_days == 21
    assert queries.for_company().new_window_days == 7


def test_every_change_is_a_version_and_an_older_version_can_be_read_again(people) -> None:
    first = actions.change("silent_after_days", 21, by=people.manager)
    second = actions.change("silent_after_days", 10, by=people.manager)

    assert second.before == 21
    assert queries.for_company(first.id).silent_after_days == 21
    assert queries.for_company().version == second.id


def test_setting_the_value_in_force_again_makes_no_version(people) -> None:
    actions.change("silent_after_days", 21, by=people.manager)

    assert actions.change("silent_after_days", 21, by=people.manager) is None
    assert PolicyChange.objects.count() == 1


def test_a_community_goes_back_to_the_company_value(people) -> None:
    actions.change("merge_days", 3, by=people.manager, community=people.cuiping)
    actions.change("merge_days", None, by=people.manager, community=people.cuiping)

    assert queries.for_community(people.cuiping.id).merge_days == 1


def test_what_belongs_to_the_company_cannot_be_set_for_one_community(people) -> None:
    with pytest.raises(rules.BadValue, match="whole company"):
        actions.change("rfm_scope", "company", by=people.manager, community=people.cuiping)


def test_the_command_sets_and_shows(people, capsys) -> None:
    call_command("policy", "set", "service_order_min_amount", "88.5", "--community", "cuiping")

    assert capsys.readouterr().out.strip() == "service_order_min_amount = 88.50"
    assert queries.for_community(people.cuiping.id).service_order_min_amount == 8850


@pytest.mark.parametrize(
    "words",
    [("set", "merge_days", "x"), ("set", "merge_days"), ("get", "merge_days", "--community", "nowhere")],
)
def test_the_command_says_what_is_wrong(people, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("policy", *words)
