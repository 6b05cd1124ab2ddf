"""Who imports for some communities only writes no order of another, and is shown nothing of others' files."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from communities import rules
from communities.access import Desk
from communities.models import Assignment, Community, StaffMember
from opsdesk import waiting
from opsdesk.lib import sql
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job
from tests import importing
from tests.cast import Cast
from tests.importing import TODAY, committed, export, imported, row, worked
from tests.tokens import caller
from users.customers.models import Customer
from users.imports import actions, quarantine
from users.imports.models import ImportFile
from users.orders.models import Order, OrderLine, Product

pytestmark = pytest.mark.django_db
MINE, OTHER = "金陵名苑", "翠屏花园"
PHONES = [f"1380013800{n}" for n in range(8)]


@pytest.fixture(autouse=True)
def in_english(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def limited(people: Cast) -> StaffMember:
    """Imports for Jinling."""
    Assignment.objects.create(staff=people.newcomer, role="data_admin", community=people.jinling)
    return people.newcomer


def sent(by: StaffMember, *rows: str, **options: object) -> ImportFile:
    told = {"create_communities": True} | options
    return worked(actions.receive(io.BytesIO(export(*rows)), "a.csv", "app", by, today=TODAY, options=told))


def refused(file: ImportFile) -> list[tuple[int, str, str, str]]:
    return list(file.problems.filter(refused=True).order_by("line").values_list("line", "column", "value", "code"))


def orders() -> list[tuple[str, int]]:
    return list(Order.objects.order_by("number").values_list("number", "net"))


# -- Rows ----------------------------------------------------------------------------------------------------------


def test_rows_of_another_community_stay_out_with_row_column_reason_and_advice(limited: StaffMember) -> None:
    rows = [
        row("A1", PHONES[1], community=MINE),
        row("A2", PHONES[2], community=OTHER),
        row("A2", PHONES[2], community=OTHER),
    ]
    file = committed(sent(limited, *rows))
    assert refused(file) == [(3, "小区", OTHER, "community_not_yours"), (4, "小区", OTHER, "community_not_yours")]
    assert (file.rows, file.created, file.refused, orders()) == (3, 1, 2, [("A1", 1000)])
    assert not Customer.objects.unscoped("a test").filter(phone=PHONES[2]).exists()
    left_out = [cells[-2:] for cells in quarantine.rows(file)]
    assert left_out[0] == [
        "小区: The order belongs to a community for which you may not import.",
        "Leave the row to whoever imports for that community, or name the right one.",
    ]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"community": OTHER}, "community_not_yours"),
        ({"community": "翠屏"}, "community_not_yours"),
        ({"community": "", "address": "翠屏花园3栋2单元501室"}, "community_not_yours"),
        ({"community": "新开的小区"}, "community_not_yours"),
        ({"community": ""}, "community_missing"),
        ({"community": MINE}, ""),
        ({"community": "jinling"}, ""),
        ({"community": "", "address": "金陵名苑3栋2单元501室"}, ""),
    ],
)
def test_a_row_belongs_where_its_community_or_address_says(limited: StaffMember, cells, code: str) -> None:
    found = refused(sent(limited, row("A1", PHONES[1], **cells)))
    assert [one[3] for one in found] == ([code] if code else [])


def test_a_row_that_names_none_belongs_where_its_customer_lives(limited: StaffMember) -> None:
    imported([row("B1", PHONES[1], community=MINE), row("B2", PHONES[2], community=OTHER)])
    found = refused(sent(limited, row("A1", PHONES[1], community=""), row("A2", PHONES[2], community="")))
    assert found == [(3, "小区", "", "community_not_yours")]


def test_an_order_of_another_community_is_not_replaced_by_naming_ones_own(limited: StaffMember) -> None:
    imported([row("A1", PHONES[1], community=OTHER, amount="88.00")])
    before = importing.world()
    file = committed(sent(limited, row("A1", PHONES[1], community=MINE, amount="1.00")))
    assert [one[3] for one in refused(file)] == ["community_not_yours"]
    assert (importing.world(), file.updated) == (before, 0)


def test_a_refund_of_another_communitys_order_stays_out(limited: StaffMember) -> None:
    imported([row("8", PHONES[1], community=OTHER, amount="88.00")])
    file = committed(sent(limited, row("R8", PHONES[1], community=MINE, amount="-88.00")))
    assert (file.refused, orders()) == (1, [("8", 8800)])


def test_a_registration_elsewhere_stays_out(limited: StaffMember) -> None:
    head = "手机号,姓名,注册时间,小区"
    lines = [f"{PHONES[1]},王,2018-05-01,{MINE}", f"{PHONES[2]},李,2018-05-01,{OTHER}"]
    file = actions.receive(io.BytesIO(export(*lines, head=head)), "a.csv", "app", limited, today=TODAY)
    file = committed(worked(file))
    assert (file.rows, file.created, file.refused, refused(file)[0][0]) == (2, 1, 1, 3)


def test_who_imports_everywhere_is_not_held_back(people: Cast) -> None:
    file = committed(sent(people.data_admin, row("A1", community=OTHER), row("A2", community="新开的小区")))
    assert (file.created, file.refused) == (2, 0)


def test_a_role_that_is_gone_by_the_time_of_the_check_writes_nothing(limited: StaffMember) -> None:
    file = actions.receive(io.BytesIO(export(row(community=MINE))), "a.csv", "app", limited, today=TODAY)
    Assignment.objects.filter(staff=limited).delete()
    file = worked(file)
    assert (file.rows, file.refused) == (1, 1)


def test_staging_lost_in_a_crash_is_made_again_without_the_others_rows(limited: StaffMember) -> None:
    rows = [row("A1", PHONES[1], community=MINE), row("A2", PHONES[2], community=OTHER)]
    file = sent(limited, *rows)
    assert file.facts["staged"] == [1, 1, 1]
    for table in ("lines", "heads", "people"):
        sql.run(f"TRUNCATE staging.import_{file.pk}_{table}")
    file = committed(file)
    assert (file.created, file.refused, orders(), OrderLine.objects.count()) == (1, 1, [("A1", 1000)], 1)


def test_nothing_is_made_of_goods_that_only_rows_of_others_name(limited: StaffMember) -> None:
    mine = row("A1", PHONES[1], community=MINE, product="菜")
    committed(sent(limited, mine, row("A2", PHONES[2], community=OTHER, product="鱼")))
    assert [product.name for product in Product.objects.all()] == ["菜"]


def test_an_order_that_came_in_elsewhere_since_the_check_is_not_replaced(limited: StaffMember) -> None:
    file = sent(limited, row("A1", PHONES[1], community=MINE, amount="1.00"), row("A2", PHONES[2], community=MINE))
    assert file.refused == 0
    imported([row("A1", PHONES[1], community=OTHER, amount="88.00")])
    file = committed(file)
    assert (file.rows, file.created, file.refused) == (2, 1, 1)
    assert orders() == [("A1", 8800), ("A2", 1000)]


def test_a_commit_that_goes_on_after_a_crash_keeps_to_its_staging(limited: StaffMember, monkeypatch) -> None:
    rows = [row(f"A{n}", PHONES[n], community=MINE) for n in range(4)]
    file = sent(limited, *rows, row("B1", PHONES[5], community=OTHER))
    write, written = actions.committing._write_chunk, []

    def one_and_die(*given: object) -> bool:
        written.append(1)
        if len(written) == 2:
            raise OSError("killed")
        return write(*given)

    monkeypatch.setattr(actions.committing, "_write_chunk", one_and_die)
    job = actions.queue_commit(file, None, chunk_orders=2)
    runs.work(importing.HANDLERS, job.pk)
    Job.objects.filter(pk=job.pk).update(lease_until=None, state=Job.State.QUEUED)
    file = worked(file)
    assert (file.state, file.created, file.refused, len(orders())) == ("done", 4, 1, 4)


def test_nobody_makes_a_community_that_way(limited: StaffMember) -> None:
    file = sent(limited, row(community="新开的小区13800138000"))
    assert refused(file) == [(2, "小区", "新开的小区138****8000", "community_not_yours")]
    assert file.effect["communities_new"] == []
    committed(file)
    assert set(Community.objects.values_list("name", flat=True)) == {MINE, OTHER}


# -- Pages and API -------------------------------------------------------------------------------------------------


def page(client: Client, file: ImportFile) -> str:
    answer = client.get(reverse("import", args=[file.pk]), headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_says_why_and_offers_only_ones_own_communities(limited: StaffMember, as_) -> None:
    client = as_("newcomer")
    file = sent(limited, row("A1", community=OTHER), row("A2", community="月光水岸"), create_communities=False)
    told = page(client, file)
    assert "The order belongs to a community for which you may not import." in told
    assert 'value="jinling"' in told and 'value="cuiping"' not in told and 'value="create"' not in told
    chosen = {"part": "communities", "community-0": "cuiping"}
    client.post(reverse("import_options", args=[file.pk]), chosen)
    file.refresh_from_db()
    assert (file.state, file.options.get("communities")) == ("ready", None)
    everywhere = page(as_("data_admin"), file)
    assert 'value="cuiping"' in everywhere and 'value="create"' in everywhere


def test_files_of_others_are_named_nowhere(limited: StaffMember, people: Cast, as_) -> None:
    theirs = imported([row("A1", community=MINE)], create_communities=False)
    ImportFile.objects.update(uploaded_by=people.data_admin)
    own = sent(limited, row("A1", community=MINE), create_communities=False)
    assert own.sha256 == theirs.sha256
    client = as_("newcomer")
    assert f"batch #{theirs.pk}" not in page(client, own)
    assert f"batch #{theirs.pk}" in page(as_("manager"), own)
    listed = client.get(reverse("imports"))
    assert [file.pk for file in listed.context["table"].rows] == [own.pk]
    mine = caller(limited)
    assert [one["id"] for one in mine.get("api_imports").json()["imports"]] == [own.pk]
    for name in ("api_import", "api_import_problems"):
        assert mine.get(name, file_id=theirs.pk).status_code == 404
    assert mine.post("api_import_commit", file_id=theirs.pk).status_code == 404


def test_what_waits_on_today_is_ones_own(limited: StaffMember, people: Cast) -> None:
    sent(people.data_admin, row("A1"))
    imported([row("B1"), row("B2", amount="")])
    ImportFile.objects.filter(uploaded_by=None).update(uploaded_by=people.data_admin)
    own = sent(limited, row("C1", community=MINE))
    found = waiting.for_desk(Desk.of(limited, rules.DESK), timezone.now())
    links = [item.href for item in found if item.kind in ("Import", "Problem")]
    assert links == [reverse("import", args=[own.pk])]
    everything = waiting.for_desk(Desk.of(people.manager, rules.DESK), timezone.now())
    assert len([item for item in everything if item.kind in ("Import", "Problem")]) == 3


def test_over_the_api_rows_of_other_communities_stay_out_too(limited: StaffMember) -> None:
    content = export(row("A1", PHONES[1], community=MINE), row("A2", PHONES[2], community=OTHER))
    mine = caller(limited)
    number = mine.post("api_imports", {"file": SimpleUploadedFile("a.csv", content), "commit": "true"}).json()["id"]
    worked(ImportFile.objects.get(pk=number))
    worked(ImportFile.objects.get(pk=number))
    told = mine.get("api_import", file_id=number).json()
    assert (told["state"], told["created"], told["refused"]) == ("done", 1, 1)
    [problem] = mine.get("api_import_problems", file_id=number).json()["problems"]
    assert (problem["line"], problem["column"], problem["code"]) == (3, "小区", "community_not_yours")
    assert problem["reason"] and problem["advice"]
