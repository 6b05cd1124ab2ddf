"""Imports on the Today page: a few that left rows out are named one by one, many are one line."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from communities import rules
from communities.access import Desk
from opsdesk import waiting
from opsdesk.waiting_lines import Item
from tests.cast import Cast
from users.imports.models import ImportFile
from users.orders.models import Source


def imported(many: int, *, refused: int = 4, days_ago: int = 1) -> None:
    source, _ = Source.objects.get_or_create(name="APP")
    moment = timezone.now() - dt.timedelta(days=days_ago)
    ImportFile.objects.bulk_create(
        ImportFile(
            name=f"{n}.csv", stored_as="x", sha256="0" * 64, source=source, state="done", rows=10, created=10 - refused,
            refused=refused, committed_at=moment,
        )
        for n in range(many)
    )  # fmt: skip


def problems(people: Cast) -> list[Item]:
    found = waiting.for_desk(Desk.of(people.manager, rules.DESK), timezone.now())
    return [item for item in found if item.icon == "file-alert"]


@pytest.mark.parametrize(("many", "lines"), [(0, 0), (1, 1), (3, 3), (4, 1), (30, 1)])
def test_up_to_three_imports_are_named_and_more_are_one_line(people: Cast, many: int, lines: int) -> None:
    imported(many)
    imported(2, refused=0)
    imported(2, days_ago=15)
    assert len(problems(people)) == lines


def test_the_one_line_adds_up_and_leads_to_as_many_files(people: Cast, as_) -> None:
    imported(13, refused=2)
    imported(5, refused=0)
    imported(1, days_ago=15)
    [item] = problems(people)
    assert item.title == "13 次导入共有 26 行未导入"
    page = as_("data_admin").get(item.href)
    assert (page.context["total"], len(page.context["table"].rows)) == (13, 13)
    assert as_("data_admin").get(reverse("imports")).context["total"] == 19


def test_without_such_a_file_the_filtered_list_says_so(people: Cast, as_) -> None:
    imported(1, refused=0)
    page = as_("data_admin").get(reverse("imports"), {"left_out": "1"}).content.decode()
    assert "最近两周的文件全部导入，没有漏行" in page
