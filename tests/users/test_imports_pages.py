"""The pages of imports: who may open them, what each state of a file shows, what is masked, what is logged."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from communities.models import Assignment, StaffAct
from opsdesk.lib.runs.models import Job
from tests import cast, factories
from tests.importing import committed, export, row, staging_tables, undone, worked
from users.customers.models import Customer
from users.imports.models import ImportFile, SavedMapping

pytestmark = pytest.mark.django_db
FULL_PHONE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
IMPORTERS, OTHERS = ["manager", "data_admin"], ["operator", "lead", "staff", "analyst", "auditor", "newcomer"]
State = ImportFile.State

GOOD = [row("A1", "13800138001", address="3栋2单元501室"), row("A2", "13800138002", amount="31.50")]
BAD = [
    row("B1", "1.38E+10"), row("B2", "138****8000"), row("B3", "13800138003", at="2018-13-05"),
    row("B4", "13800138004", community="月光水岸"), row("B5", "13800138005", status="待揽收"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def in_english(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def admin(as_) -> Client:
    return as_("data_admin")


def send(client: Client, content: bytes, source: str = "app", name: str = "orders.csv", **extra: str):
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return client.post(reverse("import_upload"), {"source": source, "file": file, **extra})


def newest() -> ImportFile:
    return ImportFile.objects.latest("pk")


def uploaded(client: Client, *rows: str, **extra: str) -> ImportFile:
    """Sent through the page and checked."""
    answer = send(client, export(*rows), **extra)
    assert answer.status_code == 302, answer.content.decode()
    return worked(newest())


def page_of(client: Client, file: ImportFile) -> str:
    answer = client.get(reverse("import", args=[file.pk]), headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def words(html: str) -> str:
    """The page as read: no tags, no runs of white space."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# -- Who -----------------------------------------------------------------------------------------------------------

DOORS = [
    ("get", "imports"), ("post", "import_upload"), ("get", "import"), ("post", "import_options"),
    ("post", "import_mapping"), ("get", "import_progress"), ("post", "import_commit"), ("post", "import_cancel"),
    ("post", "import_undo"), ("post", "import_let_go"), ("get", "import_problems"), ("post", "import_refused_rows"),
    ("get", "addresses"), ("get", "address_teach"), ("post", "address_teach"), ("post", "address_forget"),
]  # fmt: skip


def address_of(name: str, file: ImportFile) -> str:
    with_file = (name.startswith("import_") and name != "import_upload") or name == "import"
    return reverse(name, args=[file.pk] if with_file else [])


@pytest.mark.parametrize(("method", "name"), DOORS)
def test_only_who_may_import_gets_in(as_, admin: Client, method: str, name: str) -> None:
    file = uploaded(admin, *GOOD, *BAD)
    address = address_of(name, file)
    told = {who: getattr(as_(who), method)(address).status_code for who in OTHERS}
    assert told == dict.fromkeys(OTHERS, 403)
    assert {getattr(as_(who), method)(address).status_code for who in IMPORTERS} <= {200, 286, 302, 400, 404, 422}
    stranger = getattr(Client(), method)(address)
    assert (stranger.status_code, stranger.url.split("?")[0]) == (302, reverse("account_login"))


def test_whoever_imports_for_one_community_sees_only_their_own_files(as_, people: cast.Cast, admin: Client) -> None:
    file = uploaded(admin, *GOOD)
    Assignment.objects.create(staff=people.newcomer, role="data_admin", community=people.jinling)
    limited = as_("newcomer")
    assert limited.get(reverse("import", args=[file.pk])).status_code == 404
    assert limited.get(reverse("import_problems", args=[file.pk])).status_code == 404
    assert limited.post(reverse("import_commit", args=[file.pk])).status_code == 404
    own = uploaded(limited, *GOOD)
    listed = limited.get(reverse("imports")).context["table"].rows
    assert [each.pk for each in listed] == [own.pk]


# -- List and upload -----------------------------------------------------------------------------------------------


def test_the_first_day_says_which_columns_a_file_needs(admin: Client) -> None:
    answer = admin.get(reverse("imports"))
    told = {field["label"]: field["required"] for field in answer.context["fields"]}
    assert [label for label, required in told.items() if required] == ["Phone", "Order time"]
    assert list(told)[:6] == ["Phone", "Name", "Order time", "Address", "Product", "Category"]


def test_an_upload_is_stored_checked_and_followed_on_its_own_page(admin: Client, people: cast.Cast) -> None:
    answer = send(admin, export(*GOOD), source="APP 后台", name="../../etc/订单.csv")
    file = newest()
    assert answer.url == reverse("import", args=[file.pk])
    assert (file.name, file.source.name, file.uploaded_by) == ("订单.csv", "APP 后台", people.data_admin)
    assert (file.state, file.job.kind) == (State.UPLOADED, "import_check")


def test_an_upload_sent_by_htmx_is_told_where_to_go(admin: Client) -> None:
    file = SimpleUploadedFile("orders.csv", export(*GOOD))
    answer = admin.post(reverse("import_upload"), {"source": "app", "file": file}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == reverse("import", args=[newest().pk])


def test_an_upload_without_a_file_says_so_and_keeps_what_was_typed(admin: Client) -> None:
    answer = admin.post(reverse("import_upload"), {"source": "小程序"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["file"]
    assert 'value="小程序"' in answer.content.decode()
    assert not ImportFile.objects.exists()


def test_a_saved_mapping_can_be_chosen_with_the_file(admin: Client) -> None:
    first = uploaded(admin, *GOOD)
    admin.post(reverse("import_mapping", args=[first.pk]), {"name": "weekly"})
    saved = SavedMapping.objects.get(name="weekly")
    file = uploaded(admin, *GOOD, mapping=str(saved.pk))
    assert file.facts["mapping_name"] == "weekly"
    assert "columns as saved under weekly" in words(page_of(admin, file))


def test_the_list_shows_numbers_only_where_something_was_written(admin: Client) -> None:
    written = committed(uploaded(admin, *GOOD))
    uploaded(admin, *GOOD, row("A3", "13800138003"))
    html = admin.get(reverse("imports"), headers={"accept-language": "en"}).content.decode()
    ready, done = re.findall(r"<tr>\s*<td.*?</tr>", html, re.DOTALL)
    assert "checked, waiting for you app 3 – – – 0" in words(ready)
    assert f"#{written.pk} orders.csv written app 2 2 0 0 0" in words(done)


# -- Checking and preview ------------------------------------------------------------------------------------------


def test_a_file_being_checked_asks_for_its_progress_and_then_for_the_whole_page(admin: Client) -> None:
    send(admin, export(*GOOD))
    file = newest()
    progress = reverse("import_progress", args=[file.pk])
    assert f'hx-get="{progress}"' in page_of(admin, file)
    assert admin.get(progress).status_code == 200
    worked(file)
    answer = admin.get(progress)
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (286, "true")


def test_the_preview_says_what_was_understood_what_changes_and_what_stays_out(admin: Client) -> None:
    file = uploaded(admin, *GOOD, *BAD)
    html = page_of(admin, file)
    told = words(html)
    assert "As we understand it, the first 7 rows" in told
    assert "138****8001" in told and "3-2-501" in told and "王**" in told
    assert "New customers +2 people" in told
    assert "5 rows left out" in told
    assert "Excel wrote the number in scientific notation" in told
    assert html.count("btn-primary") == 1
    assert "Write 2 rows" in told


@pytest.mark.parametrize("state", ["ready", "written", "taken back"])
def test_no_page_of_a_file_holds_a_whole_phone(admin: Client, state: str) -> None:
    rows = [*GOOD, *BAD, row("P1", "13800138008,13800138009"), row("P2", "13800138010", address="电话13900139000")]
    file = uploaded(admin, *rows)
    if state != "ready":
        committed(file)
    if state == "taken back":
        undone(file)
    pages = [page_of(admin, file)]
    pages += [admin.get(reverse("import_problems", args=[file.pk]) + query).getvalue().decode() if "csv" in query else
              admin.get(reverse("import_problems", args=[file.pk]) + query).content.decode()
              for query in ("", "?kind=refused", "?format=csv")]  # fmt: skip
    assert [FULL_PHONE.findall(page) for page in pages] == [[], [], [], []]


def test_a_file_that_is_in_already_says_where(admin: Client) -> None:
    first = committed(uploaded(admin, *GOOD))
    second = uploaded(admin, *GOOD)
    html = page_of(admin, second)
    assert f"as batch #{first.pk}. Writing it again changes nothing." in words(html)
    assert f'href="{reverse("import", args=[first.pk])}"' in html


def test_without_an_amount_the_page_says_that_m_is_unknown(admin: Client) -> None:
    content = "手机号,姓名,时间,地址,商品,商品分类\n13800138000,王小明,2018-05-01 08:30,3-2-501,青菜,叶菜\n"
    send(admin, content.encode("gb18030"))
    file = worked(newest())
    assert file.encoding == "gb18030"
    assert "how much was paid (M) stays unknown" in words(page_of(admin, file))


def test_a_file_with_nothing_to_write_offers_no_button_for_it(admin: Client) -> None:
    file = uploaded(admin, BAD[0], BAD[1])
    html = page_of(admin, file)
    assert reverse("import_commit", args=[file.pk]) not in html
    assert "No row of this file can be written." in words(html)


# -- Read another way ----------------------------------------------------------------------------------------------


def options(file: ImportFile, **changes: str) -> dict[str, str]:
    """What the form sends when nothing was touched, with these changes."""
    told = {f"column-{key}": header for key, header in file.mapping["columns"].items()}
    untouched = {"encoding": file.encoding, "delimiter": file.delimiter, "source": file.source.name} | told
    return untouched | {key.replace("__", "-"): value for key, value in changes.items()}


def test_another_column_checks_the_file_again(admin: Client) -> None:
    file = uploaded(admin, *GOOD)
    admin.post(reverse("import_options", args=[file.pk]), options(file, column__name="", column__address="姓名"))
    file = worked(file)
    assert file.state == State.READY
    assert "name" not in file.mapping["columns"]
    assert file.mapping["columns"]["address"] == "姓名"


def test_words_for_the_state_of_an_order_are_taught_where_they_are_unknown(admin: Client) -> None:
    file = uploaded(admin, *GOOD, *BAD)
    assert "待揽收" in words(page_of(admin, file))
    admin.post(reverse("import_options", args=[file.pk]), options(file, word__0="paid"))
    file = worked(file)
    assert file.mapping["status_words"] == {"待揽收": "paid"}
    assert file.refused == 4


def test_an_unknown_community_is_created_or_mapped_before_its_rows_come_in(admin: Client, people: cast.Cast) -> None:
    rows = [row("M1", "13800138001", community="月光水岸"), row("M2", "13800138002", community="翠屏老区")]
    file = uploaded(admin, *rows)
    names = [bound.label for bound, _rows in admin.get(reverse("import", args=[file.pk])).context["unknown"]]
    chosen = {f"community-{names.index('月光水岸')}": "create", f"community-{names.index('翠屏老区')}": "cuiping"}
    admin.post(reverse("import_options", args=[file.pk]), {"part": "communities", **chosen})
    file = worked(file)
    assert (file.refused, file.effect["communities_new"]) == (0, ["月光水岸"])
    committed(file)
    everyone = Customer.objects.unscoped("a test looks").order_by("phone")
    assert [person.community.name for person in everyone] == ["月光水岸", "翠屏花园"]


def test_a_file_that_cannot_be_read_says_what_happened_what_was_kept_and_what_to_do(admin: Client) -> None:
    send(admin, export(*GOOD) + "13900139000,王".encode("gb18030"))
    file = worked(newest())
    html = page_of(admin, file)
    told = words(html)
    assert file.state == State.REFUSED
    assert "This file was not read" in told and "Not one row was written" in told and "What to do" in told
    assert 'name="encoding"' in html


def test_a_file_without_the_needed_columns_is_mended_by_choosing_them(admin: Client) -> None:
    send(admin, "客人,哪天,门牌\n13800138000,2018-05-01,3-2-501\n".encode())
    file = worked(newest())
    assert file.refusal["code"] == "columns_missing"
    assert "Phone, Order time" in words(page_of(admin, file))
    chosen = {
        "source": "app",
        "encoding": "utf-8",
        "delimiter": ",",
        "column-phone": "客人",
        "column-ordered_at": "哪天",
    }
    admin.post(reverse("import_options", args=[file.pk]), chosen)
    assert worked(file).state == State.READY


def test_a_mapping_that_does_not_fit_gives_way_to_the_names_of_the_columns(admin: Client) -> None:
    saved = SavedMapping.objects.create(
        name="other", source=uploaded(admin, *GOOD).source, mapping={"columns": {"phone": "电话"}}
    )
    send(admin, export(*GOOD), mapping=str(saved.pk))
    file = worked(newest())
    assert file.refusal["code"] == "columns_gone"
    assert "Recognise the columns by their names" in words(page_of(admin, file))
    admin.post(reverse("import_options", args=[file.pk]), {"part": "by_names"})
    assert worked(file).state == State.READY


def test_a_choice_that_does_not_exist_changes_nothing_and_says_so(admin: Client) -> None:
    file = uploaded(admin, *GOOD)
    answer = admin.post(reverse("import_options", args=[file.pk]), options(file, encoding="klingon"), follow=True)
    file.refresh_from_db()
    assert file.state == State.READY
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


# -- Write, cancel, take back --------------------------------------------------------------------------------------


def test_writing_leads_to_a_report_that_adds_up(admin: Client) -> None:
    file = uploaded(admin, *GOOD, *BAD)
    admin.post(reverse("import_commit", args=[file.pk]))
    file.refresh_from_db()
    assert file.state == State.COMMITTING
    assert "dock-progress" in page_of(admin, file)
    file = worked(file)
    sums = admin.get(reverse("import", args=[file.pk])).context["sums"]
    rows, *parts = [part["number"] for part in sums]
    assert (rows, parts) == (7, [2, 0, 0, 5])
    assert rows == sum(parts)
    assert "7 rows = 2 created + 0 updated + 0 unchanged + 5 left out" in words(page_of(admin, file))


def test_a_file_that_is_written_cannot_be_written_again(admin: Client) -> None:
    file = committed(uploaded(admin, *GOOD))
    answer = admin.post(reverse("import_commit", args=[file.pk]), follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["This import cannot be changed now."]
    assert Job.objects.filter(kind="import_commit").count() == 1


def test_a_cancelled_check_leaves_a_page_that_says_so(admin: Client) -> None:
    send(admin, export(*GOOD))
    file = newest()
    answer = admin.post(reverse("import_cancel", args=[file.pk]), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (286, "true")
    assert "This import was cancelled" in words(page_of(admin, file))
    assert StaffAct.objects.filter(verb="cancel", thing="import", thing_id=str(file.pk)).count() == 1


def test_a_checked_file_that_nobody_wants_is_let_go(admin: Client) -> None:
    file = uploaded(admin, *GOOD)
    admin.post(reverse("import_cancel", args=[file.pk]))
    file.refresh_from_db()
    assert file.state == State.CANCELLED
    assert staging_tables() == []
    answer = admin.post(reverse("import_commit", args=[file.pk]), follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["This import cannot be changed now."]


def test_an_import_that_broke_off_half_way_offers_to_take_its_part_back(admin: Client) -> None:
    file = committed(uploaded(admin, *GOOD))
    ImportFile.objects.filter(pk=file.pk).update(state=State.FAILED)
    told = words(page_of(admin, file))
    assert "the part of it that was written before it broke off" in told
    assert "Take this import back" in told
    admin.post(reverse("import_undo", args=[file.pk]))
    worked(file)
    assert not Customer.objects.unscoped("a test looks").exists()


def test_taking_an_import_back_shows_what_went_what_stayed_and_what_failed(admin: Client) -> None:
    file = committed(uploaded(admin, *GOOD))
    committed(uploaded(admin, row("A2", "13800138002", amount="40.00")))
    admin.post(reverse("import_undo", args=[file.pk]))
    file = worked(file)
    assert file.state == State.UNDONE
    removed, kept, failed = admin.get(reverse("import", args=[file.pk])).context["undo"]
    assert ("orders", "1") in removed["lines"]
    assert ("orders changed by a later import", "1") in kept["lines"]
    assert failed["lines"] == []


def test_the_report_leads_on_to_the_segments(admin: Client) -> None:
    html = page_of(admin, committed(uploaded(admin, *GOOD)))
    assert f'class="btn btn-primary" href="{reverse("segments")}"' in html


# -- Problems and the rows left out --------------------------------------------------------------------------------


def test_problems_are_listed_by_line_and_filtered_by_reason(admin: Client) -> None:
    file = uploaded(admin, *GOOD, *BAD, row("R1", "13800138009", amount="-5.00", status="已退款"))
    problems = reverse("import_problems", args=[file.pk])
    everything = admin.get(problems).context
    assert [each["line"] for each in everything["table"].rows] == [4, 5, 6, 7, 8, 9]
    assert everything["total"] == 6
    masked = admin.get(problems, {"code": "phone_masked"}).context
    assert [each["line"] for each in masked["table"].rows] == [5]
    assert (masked["total"], masked["code"]) == (1, "phone_masked")
    notes = admin.get(problems, {"kind": "notes"}).context
    assert [each["line"] for each in notes["table"].rows] == [9]
    preview = admin.get(reverse("import", args=[file.pk]), headers={"accept-language": "en"}).context
    assert [group["where"] for group in preview["groups"]] == [f"Line {line}" for line in range(4, 10)]


def test_a_long_list_of_problems_is_read_page_by_page(admin: Client) -> None:
    file = uploaded(admin, *GOOD, *[row(f"B{at}", "1.38E+10") for at in range(60)])
    problems = reverse("import_problems", args=[file.pk])
    first = admin.get(problems, {"size": "50"}).context["table"]
    second = admin.get(problems, {"size": "50", "after": first.page.after}).context["table"]
    lines = [each["line"] for table in (first, second) for each in table.rows]
    assert lines == list(range(4, 64))


@pytest.mark.parametrize(
    "query", ["?code=%27--&kind=x", "?after=zzz", "?code=phone_masked&after=%00", "?size=99999999"]
)
def test_a_filter_that_means_nothing_is_no_filter(admin: Client, query: str) -> None:
    file = uploaded(admin, *GOOD, *BAD)
    assert admin.get(reverse("import_problems", args=[file.pk]) + query).status_code == 200


def test_the_rows_left_out_are_handed_back_whole_for_a_logged_reason(admin: Client, people: cast.Cast) -> None:
    file = uploaded(admin, *GOOD, *BAD)
    answer = admin.post(reverse("import_refused_rows", args=[file.pk]), {"reason": "mend"})
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(BAD)
    assert "13800138004" in lines[4]
    assert lines[1].endswith("Format the column as text in the original workbook and export it again.")
    act = StaffAct.objects.get(verb="export", thing="import")
    assert (act.staff, act.thing_id, act.detail["rows"]) == (people.data_admin, str(file.pk), 5)
    assert act.reason == "Mending the rows"


def test_the_rows_left_out_can_be_mended_and_sent_again(admin: Client) -> None:
    file = committed(uploaded(admin, *GOOD, BAD[0], row("X1", "13800138009", amount="-5.00")))
    left_out = (
        admin.post(reverse("import_refused_rows", args=[file.pk]), {"reason": "mend"}).getvalue().decode("utf-8-sig")
    )
    mended = left_out.replace("1.38E+10", "13800138077").replace("-5.00", "5.00")
    send(admin, mended.encode())
    again = worked(newest())
    assert (again.state, again.rows, again.refused) == (State.READY, 2, 0)


@pytest.mark.parametrize("reason", ["", "because"])
def test_without_a_reason_no_row_is_handed_out(admin: Client, reason: str) -> None:
    file = uploaded(admin, *BAD)
    assert admin.post(reverse("import_refused_rows", args=[file.pk]), {"reason": reason}).status_code == 400
    assert not StaffAct.objects.filter(verb="export").exists()


def test_rows_of_everybody_are_handed_out_only_to_whoever_may_see_everybody(as_, people: cast.Cast) -> None:
    Assignment.objects.create(staff=people.newcomer, role="data_admin", community=people.jinling)
    limited = as_("newcomer")
    file = uploaded(limited, *BAD)
    answer = limited.post(reverse("import_refused_rows", args=[file.pk]), {"reason": "mend"})
    assert answer.status_code == 403


# -- Addresses -----------------------------------------------------------------------------------------------------


def test_an_address_nobody_understood_is_taught_on_its_page(admin: Client, people: cast.Cast) -> None:
    person = factories.make_customer(community=people.cuiping, address="88弄12号501")
    queue = admin.get(reverse("addresses"))
    [shape] = queue.context["shapes"]
    assert (shape.shape, shape.suggestion) == ("#弄#号#", "{building}弄{unit}号{room}")
    asked = {"place": "cuiping", "template": shape.suggestion}
    trial = admin.get(reverse("address_teach"), asked, headers={"HX-Request": "true"})
    assert "Teach it: 1 address gets a door" in words(trial.content.decode())
    answer = admin.post(reverse("address_teach"), asked, follow=True)
    assert Customer.objects.unscoped("a test looks").get(pk=person.pk).room == "501"
    [message] = answer.context["messages"]
    admin.post(message.extra_tags)  # the undo of the toast
    assert Customer.objects.unscoped("a test looks").get(pk=person.pk).room == ""


def test_addresses_of_another_community_are_neither_shown_nor_taught(as_, people: cast.Cast) -> None:
    factories.make_customer(community=people.cuiping, address="88弄12号501")
    Assignment.objects.create(staff=people.newcomer, role="data_admin", community=people.jinling)
    limited = as_("newcomer")
    assert limited.get(reverse("addresses")).context["shapes"] == []
    asked = {"place": "cuiping", "template": "{building}弄{unit}号{room}"}
    answer = limited.post(reverse("address_teach"), asked)
    assert "place" in answer.context["form"].errors
    assert limited.post(reverse("address_forget"), asked).status_code == 404
    people.cuiping.refresh_from_db()
    assert people.cuiping.address_templates == []
