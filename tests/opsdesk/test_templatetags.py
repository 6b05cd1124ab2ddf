import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import translation

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = dt.datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)


def shown(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("source", "value", "text"),
    [
        ("{{ v|yuan }}", 123450, "¥1,234.50"),
        ("{{ v|yuan0 }}", 123450, "¥1,235"),
        ("{{ v|signed_yuan }}", 9900, "+¥99.00"),
        ("{{ v|signed_yuan }}", -9900, "−¥99.00"),
        ("{{ v|percent }}", 0.457, "45.7%"),
        ("{{ v|percent:0 }}", 0.457, "46%"),
        ("{{ v|count }}", 18485, "18,485"),
        ("{{ v|signed }}", -91, "−91"),
        ("{{ v|share_of:60|percent_number }}", 46, "76.67"),
        ("{{ v|masked_phone }}", "13812344021", "138****4021"),
        ("{{ v|masked_phone }}", "", "–"),
        ("{{ v|masked_name }}", "欧阳娜娜", "欧阳**"),
        ("{{ v|masked_name }}", None, "–"),
        ("{{ v|value_of:'a.b' }}", {"a": {"b": 7}}, "7"),
        ("{{ v|value_of:'real' }}", 3, "3"),
    ],
)
def test_values_are_written_as_people_read_them(source: str, value: object, text: str) -> None:
    assert shown(source, v=value) == text


@pytest.mark.parametrize(
    ("language", "value", "text"),
    [
        ("zh-hans", dt.date(2026, 11, 22), "11-22"),
        ("zh-hans", dt.date(2024, 3, 8), "2024-03-08"),
        ("zh-hans", dt.datetime(2026, 11, 22, 16, 30, tzinfo=dt.UTC), "11-23"),
        ("zh-hans", None, "–"),
        ("en", dt.date(2026, 11, 22), "22 Nov"),
        ("en", dt.date(2024, 3, 8), "8 Mar 2024"),
    ],
)
def test_a_day_leaves_its_year_out_when_it_is_this_one(language: str, value: dt.date | None, text: str) -> None:
    with time_machine.travel(TODAY, tick=False), translation.override(language):
        assert shown("{{ v|day }}", v=value) == text


@pytest.mark.parametrize(
    ("language", "days", "text"),
    [("zh-hans", 11, "11 天前"), ("en", 1, "1 day ago"), ("en", 1200, "1,200 days ago")],
)
def test_days_ago_are_counted_from_the_day_given(language: str, days: int, text: str) -> None:
    as_of = dt.date(2020, 1, 1)
    with translation.override(language):
        assert shown("{{ v|ago_days:as_of }}", v=as_of - dt.timedelta(days=days), as_of=as_of) == text


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (dt.date(2026, 11, 22), "W47"),
        (dt.date(2026, 1, 5), "W02"),
        (dt.date(2025, 12, 29), "W01"),
        (dt.date(2024, 12, 29), "2024 W52"),
    ],
)
def test_a_week_is_an_iso_week(day: dt.date, text: str) -> None:
    with time_machine.travel(TODAY, tick=False):
        assert shown("{{ v|week }}", v=day) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "–"), (0.3, "<1 s"), (43, "43 s"), (299, "5 min"), (7500, "2 h 5 min")]
)
def test_a_duration_is_rough(seconds: float | None, text: str) -> None:
    with translation.override("en"):
        assert shown("{{ v|duration }}", v=seconds).replace("&lt;", "<") == text


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "重要保持"), ("en", "Win back")])
def test_a_class_is_named_in_the_readers_language(language: str, word: str) -> None:
    with translation.override(language):
        assert shown("{{ 'win_back'|class_word }}") == word


def test_an_icon_points_into_the_sprite_and_is_silent() -> None:
    drawn = shown('{% icon "upload" "s" %}')
    assert 'href="/static/vendor/icons.svg#upload"' in drawn
    assert 'aria-hidden="true"' in drawn and 'class="icon s"' in drawn


def test_a_bar_is_held_between_none_and_all() -> None:
    assert 'width="100%" height="100%"></rect></svg>' in shown("{% bar 1.3 %}")
    assert 'width="0%"' in shown("{% bar share %}", share=None)


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ('{% url_with community="jinling" %}', "/rfm/?sort=-net&community=jinling"),
        ('{% url_with sort=None community="" %}', "/rfm/"),
        ('{% url_with path="/x/" after="abc" %}', "/x/?sort=-net&community=cuiping&after=abc"),
    ],
)
def test_an_address_keeps_the_rest_of_its_query(rf: RequestFactory, source: str, address: str) -> None:
    request = rf.get("/rfm/?sort=-net&community=cuiping")
    assert Template(source).render(RequestContext(request, {})).replace("&amp;", "&") == address
