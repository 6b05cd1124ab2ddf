"""A whole import taken back: everything as before, what was used since kept and listed, and again importable."""

import datetime as dt

import pytest

from communities.models import Building, Community
from opsdesk.lib import sql
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job
from tests import importing
from tests.importing import PHONE, checked, committed, export, imported, row, undone, world
from users.customers.models import Customer, Tag, Tagging
from users.imports import actions
from users.imports.models import CustomerBefore, ImportFile, OrderBefore
from users.orders.models import Category, Order, OrderLine, Product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def the_customer(phone: str = PHONE) -> Customer:
    return Customer.objects.unscoped("a test").get(phone=phone)


FIRST = [
    row("A1", amount="30", name="王小明", address="翠屏花园1栋1单元101室", channel="地推"),
    row("A1", product="肉", amount="20"),
    row("A2", phone="13800138001", amount="12"),
    row("A9", phone="13800138009", amount="-3", status="已退款"),
]
SECOND = [
    row("A1", amount="33", name="王大明", address="翠屏花园9栋1单元901室", channel="地推"),
    row("A1", amount="-5", status="部分退款"),
    row("A3", at="2018-05-03 10:00", community="新村", name="王三明", product="鱼", category="水产", channel="群"),
    row("A4", phone="13800138004", product="鱼", category="水产", community="新村"),
    row("A9", phone="13800138009", amount="40"),
]


def test_taking_back_restores_everything_to_what_it_was():
    imported(FIRST)
    before = world()
    file = imported(SECOND)
    assert world() != before
    file = undone(file)
    assert world() == before
    assert file.state == ImportFile.State.UNDONE
    report = file.undo_report
    assert report["removed"] == {"orders": 2, "customers": 1, "products": 1, "categories": 1, "communities": 1}
    assert report["restored"] == {"orders": 2, "customers": 1}
    assert (report["kept"]["first"], report["failed"]) == ([], [])
    assert (OrderBefore.objects.count(), CustomerBefore.objects.count()) == (0, 0)


def test_restored_lines_keep_their_ids():
    imported(FIRST)
    ids = sorted(OrderLine.objects.values_list("id", flat=True))
    undone(imported(SECOND))
    assert sorted(OrderLine.objects.values_list("id", flat=True)) == ids


def test_the_same_file_may_be_imported_again_and_gives_the_same():
    imported(FIRST)
    file = imported(SECOND)
    after = world()
    undone(file)
    again = imported(SECOND)
    assert world() == after
    assert (again.created, again.updated) == (file.created, file.updated)


def test_the_only_import_taken_back_leaves_nothing():
    file = undone(imported(FIRST))
    assert world() == [[], [], [], [], [], []]
    assert (Product.objects.count(), Category.objects.count(), Community.objects.count()) == (0, 0, 0)
    assert file.rows == file.created + file.updated + file.unchanged + file.refused
    assert importing.staging_tables() == []


def test_an_order_that_a_later_import_changed_is_kept_and_listed():
    first = imported([row("A1", amount="30"), row("A2", amount="10")])
    second = imported([row("A1", amount="31")])
    report = undone(first).undo_report
    assert list(Order.objects.values_list("number", "net")) == [("A1", 3100)]
    assert report["removed"]["orders"] == 1
    assert report["kept"]["counts"] == {"order:changed_since": 1, "community:used_since": 1}
    assert report["kept"]["first"][0] == {"what": "order", "name": "A1", "why": "changed_since", "import": second.pk}
    undone(second)
    assert Order.objects.count() == 0


def test_taking_back_the_middle_of_three_then_the_last_restores_the_first():
    imported([row("A1", amount="30")])
    before = world()
    second = imported([row("A1", amount="31", name="李二")])
    third = imported([row("A1", amount="32", name="李三")])
    undone(second)
    assert Order.objects.get().net == 3200
    undone(third)
    assert world() == before


def test_a_customer_that_staff_tagged_is_kept_and_listed(people):
    file = imported([row("A1"), row("A2", phone="13800138001")])
    customer = the_customer()
    Tagging.objects.create(
        customer=customer, tag=Tag.objects.create(name="VIP"), hand=Tagging.Hand.SET, by=people.manager
    )
    report = undone(file).undo_report
    assert list(Customer.objects.unscoped("a test").values_list("id", flat=True)) == [customer.id]
    assert report["kept"]["counts"] == {"customer:used_since": 1}
    assert report["removed"]["customers"] == 1


def test_a_tag_that_the_night_set_keeps_nobody():
    file = imported([row("A1")])
    Tagging.objects.create(customer=the_customer(), tag=Tag.objects.create(name="菜", is_taste=True))
    undone(file)
    assert Customer.objects.unscoped("a test").count() == 0


def test_a_community_that_staff_filled_is_kept_and_listed():
    file = imported([row("A1", community="新村")])
    Building.objects.create(community=Community.objects.get(name="新村"), number="1")
    report = undone(file).undo_report
    assert Community.objects.filter(name="新村").exists()
    assert report["kept"]["counts"] == {"community:used_since": 1}


def test_a_service_category_stays_because_staff_marked_it():
    file = imported([row("A1", category="家政")])
    Category.objects.update(is_service=True)
    undone(file)
    assert Category.objects.filter(name="家政").exists()


def test_customers_of_another_import_lose_nothing_and_registrations_come_back():
    head = "手机号,姓名,注册时间,渠道,小区"
    imported(export(f"{PHONE},王小明,2018-04-02 09:00:00,地推,翠屏花园", head=head))
    before = world()
    undone(imported([row("A1", name="王大明", community="新村", channel="群")]))
    assert world() == before
    undone(imported(export(f"{PHONE},王五,2018-03-01 09:00:00,群,新村", head=head)))
    assert world() == before


def test_roll_ups_follow():
    imported([row("A1", at="2018-05-01 10:00")])
    days = sql.rows(importing.DAYS)
    undone(imported([row("A2", at="2018-05-02 10:00"), row("A1", at="2018-05-01 10:00", amount="99")]))
    assert sql.rows(importing.DAYS) == days


def test_a_commit_cancelled_on_its_way_leaves_not_one_row(monkeypatch):
    imported(FIRST)
    before = world()
    file = checked(export(*SECOND))
    actions.queue_commit(file, None, chunk_orders=1)
    file.refresh_from_db()
    beat, beats = runs.Hold.beat, []

    def beat_and_cancel(hold, **news):
        beat(hold, **news)
        beats.append(hold)
        if len(beats) == 5:  # in the middle of the chunks
            actions.request_cancel(file)

    monkeypatch.setattr(runs.Hold, "beat", beat_and_cancel)
    runs.work(importing.HANDLERS, file.job_id)
    file.refresh_from_db()
    assert (file.state, file.job.state) == (ImportFile.State.CANCELLED, Job.State.CANCELLED)
    assert (file.created, file.updated, file.unchanged, file.checkpoint) == (0, 0, 0, 0)
    assert file.undo_report["removed"]["orders"] + file.undo_report["restored"].get("orders", 0) > 0
    assert world() == before
    assert importing.staging_tables() == []


def test_a_commit_cancelled_before_it_began_wrote_nothing():
    file = checked(export(row()))
    actions.queue_commit(file, None)
    assert actions.request_cancel(file)
    file.refresh_from_db()
    assert (file.state, Order.objects.count()) == (ImportFile.State.CANCELLED, 0)


def test_a_commit_that_fails_for_the_last_time_leaves_nothing(monkeypatch):
    before = world()
    file = checked(export(row("A1"), row("A2"), row("A3")))
    actions.queue_commit(file, None, chunk_orders=1)
    file.refresh_from_db()
    monkeypatch.setattr(runs, "TRIES", 1)
    write, chunks = actions.committing._write_chunk, []

    def write_two(*arguments):
        chunks.append(1)
        if len(chunks) > 2:
            raise OSError("no space left on device")
        return write(*arguments)

    monkeypatch.setattr(actions.committing, "_write_chunk", write_two)
    runs.work(importing.HANDLERS, file.job_id)
    file.refresh_from_db()
    assert (file.state, file.job.state) == (ImportFile.State.FAILED, Job.State.FAILED)
    assert "no space left" in file.job.error
    assert world() == before


@pytest.mark.parametrize("state", ["uploaded", "ready", "refused", "undone", "cancelled"])
def test_only_what_is_in_can_be_taken_back(state):
    file = imported([row()]) if state == "undone" else checked(export(row()))
    if state == "undone":
        file = undone(file)
    ImportFile.objects.filter(pk=file.pk).update(state=state)
    with pytest.raises(actions.NotNow):
        actions.queue_undo(file, None, today=dt.date.max)


def test_after_thirty_days_an_import_stays():
    file = imported([row()])
    late = file.committed_at.date() + dt.timedelta(days=actions.UNDO_DAYS + 1)
    assert not actions.may_undo(file, late)
    with pytest.raises(actions.NotNow):
        actions.queue_undo(file, None, today=late)


def test_an_import_that_was_committed_twice_is_committed_once():
    file = checked(export(row()))
    first = actions.queue_commit(file, None)
    assert actions.queue_commit(file, None) == first
    importing.worked(file)
    with pytest.raises(actions.NotNow):
        actions.queue_commit(file, None)
    assert committed(checked(export(row()))).unchanged == 1
