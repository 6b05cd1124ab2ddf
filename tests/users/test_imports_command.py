"""manage.py import_orders: what it prints, what it leaves, how it ends."""

import csv
import gzip
import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command

from opsdesk.lib import sql
from opsdesk.lib.runs.models import Job
from tests import importing
from tests.importing import export, row
from users.imports.models import ImportFile, SavedMapping
from users.orders.models import Order, Source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def put(tmp_path):
    """`put(content)`: the path of a file with it."""

    def written(content: bytes, name: str = "orders.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return written


def run(*arguments: str) -> tuple[int, str]:
    """(exit status, standard output)"""
    out = io.StringIO()
    try:
        call_command("import_orders", *arguments, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def told(*arguments: str) -> dict:
    _status, out = run("--json", *arguments)
    return json.loads(out)


def test_a_file_goes_in_and_its_numbers_add_up(put):
    path = put(export(row(), row("A2"), row("A3", phone="138")))
    status, out = run("--create-communities", path)
    file = ImportFile.objects.get()
    assert status == 0
    assert (file.state, file.rows, file.created, file.refused) == ("done", 3, 2, 1)
    assert f"#{file.pk}" in out


def test_the_report_for_scripts_says_the_same_in_json(put):
    path = put(export(row(), row("A3", phone="1.38E+10"), row("A4", community="无名村", amount="x")))
    (one,) = told("--create-communities", path)["files"]
    assert one["rows"] == one["created"] + one["updated"] + one["unchanged"] + one["refused"] == 3
    assert one["problem_counts"] == {"phone_scientific": 1, "amount_not_a_number": 1}
    first = one["problems"][0]
    assert (first["line"], first["column"], first["value"]) == (3, "手机号", "1.38E+10")
    assert first["reason"]
    assert first["advice"]


def test_unknown_communities_are_refused_row_by_row_with_their_reason(put, people):
    path = put(export(row(), row("A2", community="无名村"), row("A3", community="")))
    (one,) = told(path)["files"]
    assert (one["created"], one["refused"], one["unknown_communities"]) == (2, 1, {"无名村": 1})
    assert [problem["code"] for problem in one["problems"]] == ["unknown_community"]


def test_several_files_go_in_in_the_order_given(put):
    paid, refunded = put(export(row()), "1.csv"), put(export(row(status="已退款")), "2.csv")
    assert run("--create-communities", paid, refunded)[0] == 0
    assert Order.objects.get().state == "refunded"
    assert run("--create-communities", refunded, paid)[0] == 0
    assert Order.objects.get().state == "paid"


def test_a_packed_file_and_standard_input_go_in(put, monkeypatch):
    packed = put(gzip.compress(export(row())), "orders.csv.gz")
    assert run("--create-communities", packed)[0] == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(export(row("A2")))))
    assert run("--create-communities", "-")[0] == 0
    assert Order.objects.count() == 2


@pytest.mark.parametrize(
    "content",
    [b"", importing.HEAD.encode() + b"\n", export(row(phone="138")), b"a,b\n1,2\n"],
    ids=["empty", "header only", "no row can be taken", "no such columns"],
)
def test_a_file_that_does_not_go_in_ends_with_1(put, content):
    assert run("--create-communities", put(content))[0] == 1


def test_one_refused_file_among_good_ones_ends_with_1_and_the_good_ones_are_in(put):
    good, bad = put(export(row()), "good.csv"), put(b"a,b\n1,2\n", "bad.csv")
    assert run("--create-communities", bad, good)[0] == 1
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    "arguments",
    [["no/such/file.csv"], ["--as-user", "nobody", "{path}"], ["--refused", "r.csv", "{path}", "{path}"]],
)
def test_wrong_use_ends_with_2_and_changes_nothing(put, arguments):
    path = put(export(row()))
    assert run(*(part.format(path=path) for part in arguments))[0] == 2
    assert ImportFile.objects.count() == 0


BUSINESS = ("users_order", "users_orderline", "users_customer", "users_product", "users_category", "users_source",
            "users_importfile", "users_importproblem", "users_refusedrow", "runs_job", "runs_step",
            "communities_community", "communities_staffact")  # fmt: skip


def test_a_dry_run_tells_everything_and_leaves_nothing(put, tmp_path):
    counted = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in BUSINESS) + " ORDER BY 1"
    before = sql.rows(counted)
    refused = tmp_path / "refused.csv"
    path = put(export(row(), row("A2", amount="20"), row("A3", phone="138")))
    (one,) = told("--dry-run", "--create-communities", "--refused", str(refused), path)["files"]
    assert (one["state"], one["import"], one["rows"], one["refused"]) == ("committable", None, 3, 1)
    assert (one["effect"]["orders_new"], one["effect"]["gmv"]) == (2, [["2018-04-30", 3000]])
    assert "138" in refused.read_text(encoding="utf-8-sig")
    assert sql.rows(counted) == before
    assert importing.staging_tables() == []
    assert not (tmp_path / "uploads").exists()


def test_a_dry_run_of_a_bad_file_ends_with_1(put):
    assert run("--dry-run", put(b"a,b\n1,2\n"))[0] == 1


def test_the_refused_rows_can_be_mended_and_sent_again(put, tmp_path):
    out = tmp_path / "refused.csv"
    path = put(export(row(), row("A2", phone="138-0013", name="=1+1", amount="-9.90", status="已退款")))
    run("--create-communities", "--refused", str(out), path)
    head, *rows = csv.reader(out.open(encoding="utf-8-sig", newline=""))
    assert head[: len(importing.HEAD.split(","))] == importing.HEAD.split(",")
    assert rows[0][0:3] == ["A2", "138-0013", "'=1+1"]
    mended = put(out.read_bytes().replace(b"138-0013", b"13800138009"), "mended.csv")
    assert run("--create-communities", mended)[0] == 0
    order = Order.objects.get(number="A2")
    assert (order.state, order.refunded) == ("waiting", 990)


def test_a_mapping_is_remembered_under_its_name_and_used_the_next_time(put):
    head = importing.HEAD
    assert run("--create-communities", "--mapping", "weekly", "--source", "app", put(export(row())))[0] == 0
    saved = SavedMapping.objects.get(name="weekly")
    assert saved.source == Source.objects.get(name="app")
    saved.mapping["columns"]["amount"] = "成交"
    saved.save()
    odd = put(export(row("A2"), head=head.replace("实付金额", "成交")), "odd.csv")
    assert run("--create-communities", "--mapping", "weekly", odd)[0] == 0
    assert Order.objects.get(number="A2").net == 1000


def test_identical_lines_are_dropped_when_asked(put):
    path = put(export(row(), row()))
    (one,) = told("--create-communities", "--identical-lines", "drop", path)["files"]
    assert (one["identical_lines"], Order.objects.get().net) == (1, 1000)


def test_a_forced_encoding_is_used(put):
    line = f"{importing.PHONE},測試,2018-05-01,青菜,10"
    content = export(line, head="phone,name,time,product,amount").decode().encode("big5hkscs")
    (one,) = told("--create-communities", "--encoding", "big5", put(content))["files"]
    assert (one["encoding"], Order.objects.get().name) == ("big5", "測試")


def test_who_imported_is_in_the_log(put, people):
    run("--as-user", "data_admin", put(export(row())))
    assert ImportFile.objects.get().uploaded_by == people.data_admin
    assert {act.verb for act in people.data_admin.acts.all()} >= {"upload", "commit"}


def test_no_job_is_left_open(put):
    run("--create-communities", put(export(row())))
    run("--create-communities", put(b"a,b\n1,2\n", "bad.csv"))
    kinds = (importing.actions.CHECK, importing.actions.COMMIT)
    assert set(Job.objects.filter(kind__in=kinds).values_list("state", flat=True)) == {"done"}
