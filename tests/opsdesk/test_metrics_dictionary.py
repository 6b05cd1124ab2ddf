"""The metric dictionary: nothing of the article is missing, nothing points nowhere, everything is found."""

from importlib import import_module

import pytest
from django.urls import reverse

from opsdesk.insight import dictionary
from opsdesk.insight.metric_kinds import GROUPS, KINDS, Metric
from tests.tokens import caller

# The keys that pages and saved models name.
CONTRACT = {
    "gmv",
    "net",
    "payers",
    "daily_payers",
    "new_payers",
    "arppu",
    "aov",
    "repurchase",
    "daily_repurchase",
    "wake",
    "recall",
    "churn",
    "retention",
    "recall_retention",
    "activation",
    "registered",
    "acquisition_budget",
    "spend",
    "cost_per_new",
    "discount_rate",
    "subsidy",
    "subsidy_rate",
    "penetration",
    "registered_penetration",
    "frequency",
    "change",
    "open_rate",
    "order_rate",
    "visit_roi",
    "channel_retention",
    "category_retention",
    "quick_ratio",
    "active",
    "retained",
    "lost",
    "funnel_activated",
    "funnel_retained",
    "funnel_revenue",
    "funnel_referred",
    "variables",
}
COMPUTED = [metric for metric in dictionary.METRICS if metric.query]


def test_every_key_is_declared_once_and_all_that_pages_name_are_there() -> None:
    assert len(dictionary.BY_KEY) == len(dictionary.METRICS)
    assert set(dictionary.BY_KEY) >= CONTRACT


def test_every_metric_that_the_article_names_has_an_entry() -> None:
    assert {f"M{n}" for n in range(1, 36)} <= {metric.article for metric in dictionary.METRICS}


def test_what_nothing_computes_says_what_has_to_be_imported_first() -> None:
    assert all(metric.query or metric.needs for metric in dictionary.METRICS)
    assert {metric.group for metric in dictionary.METRICS if not metric.query} == {"elsewhere"}


def test_the_query_of_every_entry_is_there() -> None:
    named = [metric.query.rpartition(".") for metric in COMPUTED]
    assert [query for query in named if not hasattr(import_module(query[0]), query[2])] == []


def test_the_page_of_every_entry_is_there() -> None:
    assert [metric.key for metric in COMPUTED if not dictionary.address(metric).startswith("/")] == []


def test_every_entry_is_whole() -> None:
    assert [metric.key for metric in dictionary.METRICS if not _is_whole(metric)] == []


def _is_whole(metric: Metric) -> bool:
    told = metric.label and metric.what and metric.grain and metric.window
    divided = metric.whole or metric.kind not in ("percent", "yuan")
    return bool(told and divided) and metric.group in GROUPS and metric.kind in KINDS


@pytest.mark.parametrize(
    ("words", "keys"),
    [("M10", {"arppu"}), ("households registered", {"registered_penetration"}), ("wake_nothing", set())],
)
def test_the_search_asks_for_every_word(words: str, keys: set[str]) -> None:
    assert {metric.key for metric in dictionary.found(words)} == keys


def test_the_page_has_an_anchor_for_every_entry(as_) -> None:
    text = as_("analyst").get(reverse("metrics")).content.decode()
    assert [metric.key for metric in dictionary.METRICS if f'id="{metric.key}"' not in text] == []


def test_the_page_is_searched_in_the_readers_language(as_, people) -> None:
    people.analyst.language = "zh-hans"
    people.analyst.save()
    text = as_("analyst").get(reverse("metrics"), {"q": "唤醒率"}).content.decode()
    assert 'id="wake"' in text
    assert 'id="gmv"' not in text


def test_the_api_tells_the_same_entries(people) -> None:
    client = caller(people.analyst, "read:insight").client
    told = client.get(reverse("api_metrics"), headers={"Accept-Language": "en"}).json()
    assert [one["key"] for one in told] == [metric.key for metric in dictionary.METRICS]
    assert next(one for one in told if one["key"] == "arppu")["formula"] == "net ÷ paying users"


def test_a_metric_of_visits_needs_them_imported(people) -> None:
    told = {one["key"]: one for one in caller(people.analyst, "read:insight").get("api_metrics").json()}
    assert told["app_visits"]["needs"] and not told["app_visits"]["query"]
    assert not told["gmv"]["needs"]
