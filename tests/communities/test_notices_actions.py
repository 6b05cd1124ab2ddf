"""Telling, reading, forgetting; and who is told by a capability."""

import datetime as dt

import pytest
from django.utils import timezone, translation

from communities import rules
from communities.models import Assignment, Notice, StaffMember
from communities.notices import actions, queries, words
from communities.notices.rules import KEEP_DAYS, MOST_COUNTED, filled, is_path
from tests.cast import Cast
from tests.conftest import TODAY

ABOUT = {"kind": "Import", "text": "%(file)s is taken back", "key": "import 7", "params": {"file": "a.csv"}}


def tell(*recipients: StaffMember, **changes: object) -> int:
    return actions.tell(recipients, **(ABOUT | changes))


def names(ids: list[int]) -> set[str]:
    return set(StaffMember.objects.filter(pk__in=ids).values_list("username", flat=True))


@pytest.mark.parametrize(
    ("href", "safe"),
    [
        ("/imports/7/", True), ("/customers/?q=6-2-502&community=cuiping", True), ("", False), ("imports/7/", False),
        ("//evil.example/", False), ("/\\evil.example/", False), ("https://evil.example/", False),
        ("javascript:alert(1)", False), ("/imports/\n7/", False), ("/ /evil.example", False), ("/a\tb", False),
    ],
)  # fmt: skip
def test_a_notice_leads_to_a_path_of_this_desk_only(href: str, safe: bool) -> None:
    assert is_path(href) is safe


@pytest.mark.parametrize(
    ("text", "params", "shown"),
    [
        ("%(n)s rows", {"n": 3}, "3 rows"),
        ("%(n)s rows", {}, "%(n)s rows"),
        ("100% fresh", {"n": 3}, "100% fresh"),
        ("nothing to fill", {"n": 3}, "nothing to fill"),
    ],
)
def test_a_text_whose_places_do_not_fit_is_shown_as_it_is(text: str, params: dict[str, object], shown: str) -> None:
    assert filled(text, params) == shown


def test_everybody_who_is_meant_is_told_in_one_statement(people: Cast, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert tell(people.manager, people.analyst, people.lead) == 3
    assert set(Notice.objects.values_list("recipient__username", flat=True)) == {"manager", "analyst", "lead"}


def test_the_same_happening_told_twice_changes_nothing(people: Cast) -> None:
    tell(people.manager, occasion=1)
    told = Notice.objects.values().get()
    assert tell(people.manager, occasion=1) == 0
    actions.read(Notice.objects.get())
    assert tell(people.manager, occasion=1) == 0
    assert Notice.objects.values().get() | {"read_at": None} == told


def test_another_happening_of_the_same_is_counted_while_unread(people: Cast) -> None:
    for occasion in (1, 2, 3):
        tell(people.manager, occasion=occasion, params={"file": f"{occasion}.csv"})
    notice = Notice.objects.get()
    assert (notice.repeats, notice.params) == (2, {"file": "3.csv"})


def test_another_happening_after_reading_is_told_anew(people: Cast) -> None:
    tell(people.manager, occasion=1)
    tell(people.manager, occasion=2)
    actions.read(Notice.objects.get())
    tell(people.manager, occasion=3)
    notice = Notice.objects.get()
    assert (notice.repeats, notice.read_at) == (0, None)


def test_another_word_on_the_same_matter_takes_the_place_of_the_one_before(people: Cast) -> None:
    tell(people.manager, occasion=1)
    tell(people.manager, occasion=2, text="%(file)s could not be read and was refused as a whole")
    notice = Notice.objects.get()
    assert (notice.repeats, words.told(notice)) == (0, "a.csv 读不了，整个文件未导入")


def test_closed_accounts_nobody_and_one_named_twice(people: Cast) -> None:
    StaffMember.objects.filter(pk=people.analyst.pk).update(is_active=False)
    assert tell(people.analyst, people.manager, people.manager, None) == 1
    assert actions.tell([], **ABOUT) == 0


@pytest.mark.parametrize("wrong", [{"href": "//evil.example"}, {"href": "https://evil.example/"}, {"key": ""}])
def test_what_could_not_be_shown_safely_is_not_told(people: Cast, wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        tell(people.manager, **wrong)


def test_a_notice_is_put_into_words_when_it_is_read(people: Cast) -> None:
    text = "%(file)s is written. Rows: %(rows)s; left out: %(refused)s"
    tell(people.manager, text=text, params={"file": "a.csv", "rows": 12835, "refused": 0})
    notice = Notice.objects.get()
    assert words.told(notice) == "a.csv 已写入：12,835 行，其中 0 行未导入"
    with translation.override("en"):
        assert words.told(notice) == "a.csv is written. Rows: 12,835; left out: 0"


@pytest.mark.parametrize(
    ("capability", "where", "told"),
    [
        (rules.IMPORT, None, {"manager", "manager2", "data_admin", "boss"}),
        (rules.SEE_TRAIL, None, {"manager", "manager2", "auditor", "boss"}),
        (rules.TAG, "cuiping", {"manager", "manager2", "data_admin", "operator", "lead", "boss"}),
        (rules.TAG, "jinling", {"manager", "manager2", "data_admin", "operator", "boss"}),
        (rules.PHONE, "jinling", {"other_staff"}),
        (rules.PHONE, None, set()),
        (rules.SEE_BOARDS, "cuiping", {"manager", "manager2", "data_admin", "operator", "analyst", "boss"}),
        (rules.SEE_BOARDS, "jinling",
         {"manager", "manager2", "data_admin", "operator", "analyst", "jinling_analyst", "boss"}),
    ],
)  # fmt: skip
def test_a_capability_reaches_those_whose_roles_carry_it_there(
    people: Cast, capability: str, where: str | None, told: set[str]
) -> None:
    StaffMember.objects.create_user(username="boss", name="boss", is_superuser=True)
    community = getattr(people, where).pk if where else None
    assert names(queries.holders(capability, community)) == told


def test_a_role_taken_away_or_an_account_closed_is_told_nothing_more(people: Cast) -> None:
    Assignment.objects.filter(staff=people.manager).delete()
    StaffMember.objects.filter(pk=people.manager2.pk).update(is_active=False)
    assert names(queries.holders(rules.IMPORT)) == {"data_admin"}


def test_telling_by_capability_says_where_it_was(people: Cast) -> None:
    assert actions.tell_capable(rules.PHONE, community_id=people.cuiping.pk, **ABOUT) == 2
    assert set(Notice.objects.values_list("recipient__username", "community__code")) == {
        ("lead", "cuiping"), ("staff", "cuiping"),
    }  # fmt: skip


def test_reading_all_reads_ones_own_only(people: Cast) -> None:
    for number in range(3):
        tell(people.manager, people.analyst, key=f"import {number}")
    assert (actions.read_all(people.manager), actions.read_all(people.manager)) == (3, 0)
    assert (queries.unread_count(people.manager), queries.unread_count(people.analyst)) == (0, 3)


def test_the_bell_counts_no_further_than_it_can_show(people: Cast, django_assert_num_queries) -> None:
    now = timezone.now()
    Notice.objects.bulk_create(
        Notice(recipient=people.manager, key=str(number), kind="Run", icon="moon", text="x", created_at=now)
        for number in range(MOST_COUNTED + 20)
    )
    with django_assert_num_queries(1):
        assert queries.unread_count(people.manager) == MOST_COUNTED + 1


def test_what_was_told_long_ago_is_forgotten_read_or_not(people: Cast) -> None:
    for number, days in enumerate((KEEP_DAYS + 1, KEEP_DAYS - 1)):
        tell(people.manager, key=str(number))
        at = dt.datetime.combine(TODAY, dt.time(12), actions.SHANGHAI) - dt.timedelta(days=days)
        Notice.objects.filter(key=str(number)).update(created_at=at)
    assert (actions.forget_old(TODAY), actions.forget_old(TODAY)) == (1, 0)
    assert Notice.objects.get().key == "1"
