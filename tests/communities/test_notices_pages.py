"""The page of notifications, the bell and its panel, by requests."""

import datetime as dt
import re

import pytest
from django.template import loader
from django.urls import reverse
from django.utils import timezone

from communities.models import Notice, StaffMember
from communities.notices import actions
from tests.cast import Cast
from tests.tokens import caller

HTMX = {"HX-Request": "true"}
ENGLISH = {"Accept-Language": "en"}


def told(to: StaffMember, key: str = "import 7", ago: dt.timedelta = dt.timedelta(0), **changes: object) -> Notice:
    about = {"kind": "Import", "icon": "upload", "text": "%(file)s is taken back", "params": {"file": f"{key}.csv"}}
    actions.tell([to], key=key, **(about | {"href": "/imports/7/"} | changes))
    notice = Notice.objects.get(recipient=to, key=key)
    Notice.objects.filter(pk=notice.pk).update(created_at=timezone.now() - ago)
    return notice


def test_the_page_groups_by_day_newest_first(as_, people: Cast) -> None:
    told(people.manager, "old", dt.timedelta(days=40))
    told(people.manager, "new")
    told(people.manager, "day before", dt.timedelta(days=1))
    answer = as_("manager").get(reverse("notifications"), headers=ENGLISH)
    headings = re.findall(r"<h2>(.*?)</h2>", answer.content.decode().split('<main class="page"')[1])
    assert headings[:2] == ["Today", "Yesterday"] and len(headings) == 3
    assert [notice.key for _day, notices in answer.context["days"] for notice in notices] == [
        "new",
        "day before",
        "old",
    ]


def test_only_what_is_unread_is_marked_and_can_be_asked_for(as_, people: Cast) -> None:
    actions.read(told(people.manager, "read"))
    told(people.manager, "unread")
    client = as_("manager")
    html = client.get(reverse("notifications")).content.decode()
    assert html.count('class="notice is-new"') == 1 and html.count('class="notice"') == 1
    only = client.get(reverse("notifications"), {"unread": "1"})
    assert [notice.key for _day, notices in only.context["days"] for notice in notices] == ["unread"]


def test_nobody_reads_anothers(as_, people: Cast) -> None:
    notice = told(people.manager, "for the manager")
    client = as_("analyst")
    for name in ("notifications", "notifications_newest"):
        assert "for the manager" not in client.get(reverse(name), headers=HTMX).content.decode()
    assert client.post(reverse("notification_open", args=[notice.pk])).status_code == 404
    client.post(reverse("notifications_read"))
    notice.refresh_from_db()
    assert notice.read_at is None


def test_a_page_holds_fifty_and_leads_to_the_older_ones_without_a_gap(as_, people: Cast) -> None:
    for number in range(55):
        told(people.manager, f"n{number}", dt.timedelta(minutes=number))
    client = as_("manager")
    first = client.get(reverse("notifications"))
    second = client.get(reverse("notifications"), {"after": first.context["page"].after})
    keys = [one.key for page in (first, second) for one in page.context["page"].rows]
    assert keys == [f"n{number}" for number in range(55)]
    assert (
        client.get(reverse("notifications"), {"after": "nonsense"}).context["page"].rows == first.context["page"].rows
    )


@pytest.mark.parametrize("many", [1, 40])
def test_forty_notices_cost_no_more_questions_than_one(as_, people, django_assert_max_num_queries, many: int) -> None:
    for number in range(many):
        told(people.manager, f"n{number}", community_id=people.cuiping.pk)
    client = as_("manager")
    with django_assert_max_num_queries(20):
        client.get(reverse("notifications"))
    with django_assert_max_num_queries(6):
        client.get(reverse("notifications_newest"), headers=HTMX)


def test_the_bell_asks_once_a_page(as_, people: Cast, django_assert_max_num_queries, monkeypatch) -> None:
    told(people.manager)
    client = as_("manager")
    with django_assert_max_num_queries(30) as asked:
        html = client.get(reverse("communities")).content.decode()
    assert sum("communities_notice" in query["sql"] for query in asked.captured_queries) == 1
    assert 'class="bell-n">1<' in html


def test_without_anything_unread_the_bell_has_no_number(as_, people: Cast) -> None:
    actions.read(told(people.manager))
    html = as_("manager").get(reverse("communities")).content.decode()
    assert "data-bell" in html and "bell-n" not in html


def test_an_empty_page_says_what_will_come_and_where_to_go(as_) -> None:
    html = as_("staff").get(reverse("notifications"), headers=ENGLISH).content.decode()
    assert "Nothing was told to you yet" in html and "the bell counts" in html
    assert html.count("btn-primary") == 1


def test_pressing_a_notice_reads_it_and_goes_to_its_page(as_, people: Cast) -> None:
    notice = told(people.manager)
    client = as_("manager")
    address = reverse("notification_open", args=[notice.pk])
    assert client.get(address).status_code == 405
    answer = client.post(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/imports/7/")
    notice.refresh_from_db()
    assert notice.read_at is not None


@pytest.mark.parametrize("href", ["//evil.example/", "https://evil.example/", "/\\evil.example", ""])
def test_a_notice_that_leads_off_the_desk_leads_back_to_the_list(as_, people: Cast, href: str) -> None:
    notice = told(people.manager)
    Notice.objects.update(href=href)
    answer = as_("manager").post(reverse("notification_open", args=[notice.pk]))
    assert answer.headers["Location"] == reverse("notifications")


def test_what_a_notice_says_is_text_and_no_markup(as_, people: Cast) -> None:
    told(people.manager, params={"file": "<script>alert(1)</script>"})
    for headers in ({}, HTMX):
        html = as_("manager").get(reverse("notifications_newest"), headers=headers, follow=True).content.decode()
        assert "<script>alert" not in html and "&lt;script&gt;alert" in html


def test_all_at_once_is_one_press(as_, people: Cast) -> None:
    told(people.manager, "a"), told(people.manager, "b")
    client = as_("manager")
    assert "2 条标为已读" in client.get(reverse("notifications")).content.decode()
    assert client.post(reverse("notifications_read"), follow=True).context["unread"] == 0


def test_the_panel_shows_the_newest_ten(as_, people: Cast) -> None:
    for number in range(12):
        told(people.manager, f"n{number:02}", dt.timedelta(minutes=number))
    answer = as_("manager").get(reverse("notifications_newest"), headers=HTMX)
    assert [notice.key for notice in answer.context["notices"]] == [f"n{number:02}" for number in range(10)]
    assert "<html" not in answer.content.decode()


# -- Over the API ----------------------------------------------------------------------------------------------------


def test_the_api_reads_the_owners_notifications_in_the_owners_language(people: Cast) -> None:
    told(people.analyst, community_id=people.cuiping.pk), told(people.manager, "other")
    answer = caller(people.analyst).get("api_notifications").json()
    assert (answer["unread"], answer["next_after"]) == (1, None)
    [one] = answer["notifications"]
    assert (one["text"], one["path"], one["community"]) == ("import 7.csv 已撤回", "/imports/7/", "cuiping")


def test_the_api_pages_and_refuses_a_cursor_that_means_nothing(people: Cast) -> None:
    for number in range(3):
        told(people.analyst, f"n{number}", dt.timedelta(minutes=number))
    mine = caller(people.analyst)
    first = mine.get("api_notifications", {"limit": 2}).json()
    rest = mine.get("api_notifications", {"limit": 2, "after": first["next_after"]}).json()
    assert [one["text"][:2] for one in first["notifications"] + rest["notifications"]] == ["n0", "n1", "n2"]
    assert mine.get("api_notifications", {"after": "WzEsMV0"}).status_code == 400


def test_the_api_marks_ones_own_as_read_once_and_for_all(people: Cast) -> None:
    notice, foreign = told(people.analyst), told(people.manager)
    mine = caller(people.analyst)
    assert [mine.post("api_notification_read", notice_id=notice.pk).status_code for _ in range(2)] == [204, 204]
    assert mine.get("api_notifications", {"unread": "1"}).json()["notifications"] == []
    missing = mine.post("api_notification_read", notice_id=10**9)
    assert missing.status_code == 404
    assert mine.post("api_notification_read", notice_id=foreign.pk).content == missing.content
    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_a_phone_page_has_the_bell_too(people: Cast, rf) -> None:
    told(people.staff)
    request = rf.get("/")
    request.user = people.staff
    html = loader.get_template("base_phone.html").render({}, request)
    assert f'href="{reverse("notifications")}"' in html and 'class="bell-n">1<' in html
