import io

import pytest
from django.contrib import admin
from django.test import Client

from communities.models import Assignment, Community, ServiceStation, StaffAct, StaffMember
from tests.factories import make_customer, make_order
from users.customers.models import Customer
from users.orders.models import Category, Order, Product

HAND_KEPT = {
    "communities/community": Community,
    "communities/servicestation": ServiceStation,
    "communities/staffmember": StaffMember,
    "communities/assignment": Assignment,
    "users/category": Category,
    "users/product": Product,
}


@pytest.fixture
def root(people) -> Client:
    make_order(customer=make_customer(community=people.cuiping, phone="13812345678", name="欧阳小明"), at="2018-05-01")
    member = StaffMember.objects.create_superuser("root", password="a long password", name="root")
    client = Client()
    client.force_login(member, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def exported(client: Client, where: str) -> str:
    page = client.get(f"/admin/{where}/export/")
    form = page.context["form"]
    chosen = {
        name: "on" for name in form.fields if name.startswith(tuple(r.__name__.lower() for r in _resources(where)))
    }
    answer = client.post(f"/admin/{where}/export/", {"format": "0", "resource": "0"} | chosen)
    assert answer.status_code == 200
    return answer.content.decode("utf-8")


def _resources(where: str) -> list[type]:
    return admin.site._registry[HAND_KEPT[where]].resource_classes


def imported(client: Client, where: str, text: str):
    """The preview, and the import itself where the preview offers it."""
    file = io.BytesIO(text.encode("utf-8"))
    file.name = "rows.csv"
    preview = client.post(f"/admin/{where}/import/", {"import_file": file, "format": "0", "resource": "0"})
    confirm = preview.context.get("confirm_form")
    if confirm is None:
        return preview
    return client.post(f"/admin/{where}/process_import/", confirm.initial)


@pytest.mark.parametrize("model", [*HAND_KEPT.values(), Customer, Order])
def test_superusers_read_every_table_and_nobody_else_may_come_in(root: Client, as_, people, model) -> None:
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    assert root.get(address).status_code == 200
    one = (model.objects.unscoped("a test") if model is Customer else model.objects).first()
    assert root.get(f"{address}{one.pk}/change/").status_code == 200

    StaffMember.objects.filter(username="manager").update(is_staff=True)
    assert as_("manager").get(address).status_code == 403
    assert as_("data_admin").get(address).status_code == 302


@pytest.mark.parametrize("model", [Customer, Order])
def test_facts_are_not_edited_by_hand(root: Client, model) -> None:
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    one = (model.objects.unscoped("a test") if model is Customer else model.objects).first()
    assert root.get(f"{address}add/").status_code == 403
    assert root.post(f"{address}{one.pk}/change/", {"name": "x"}).status_code == 403
    assert root.post(f"{address}{one.pk}/delete/", {"post": "yes"}).status_code == 403


def test_phones_and_names_are_masked_in_the_back_room_too(root: Client) -> None:
    customer = Customer.objects.unscoped("a test").get()
    order = Order.objects.get()
    pages = [
        "/admin/users/customer/",
        f"/admin/users/customer/{customer.pk}/change/",
        "/admin/users/order/",
        f"/admin/users/order/{order.pk}/change/",
    ]
    told = "".join(root.get(page).content.decode() for page in pages)
    assert "138****5678" in told
    assert "13812345678" not in told
    assert "小明" not in told


@pytest.mark.parametrize("where", HAND_KEPT)
def test_what_is_exported_comes_back_and_changes_nothing(root: Client, where: str) -> None:
    model = HAND_KEPT[where]
    before = list(model.objects.order_by("pk").values())
    text = exported(root, where)
    assert text.startswith("\ufeff")
    assert len(text.splitlines()) == len(before) + 1

    answer = imported(root, where, text)
    assert answer.status_code == 302, answer.content.decode()
    assert list(model.objects.order_by("pk").values()) == before


def test_a_mended_row_comes_in_by_its_own_key(root: Client, people) -> None:
    text = 'code,name,aliases,households\ncuiping,翠屏花园,"翠屏，翠",1900\nxianlin,仙林雅居,,900\n'
    assert imported(root, "communities/community", text).status_code == 302
    people.cuiping.refresh_from_db()
    assert (people.cuiping.households, people.cuiping.aliases) == (1900, ["翠屏", "翠"])
    assert Community.objects.get(code="xianlin").households == 900


def test_a_new_account_from_a_file_cannot_sign_in_until_its_password_is_reset(root: Client) -> None:
    text = "username,name,is_active,is_superuser,password\nnew,新人,1,1,secret\n"
    assert imported(root, "communities/staffmember", text).status_code == 302
    made = StaffMember.objects.get(username="new")
    assert not made.has_usable_password()
    assert not made.is_superuser


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("communities/assignment", "staff,role,community,station\nnewcomer,station_staff,,\n"),
        ("communities/assignment", "staff,role,community,station\nnewcomer,emperor,,\n"),
        ("communities/assignment", "staff,role,community,station\nnobody,auditor,,\n"),
        ("communities/servicestation", "name,community\n新站,nowhere\n"),
        ("communities/community", "code,name,households\nnew-one,翠屏花园,5\n"),
        ("communities/community", "code,name,households\nnew-one,新社区,-5\n"),
    ],
)
def test_a_row_that_cannot_be_is_shown_and_nothing_comes_in(root: Client, where: str, text: str) -> None:
    count = HAND_KEPT[where].objects.count()
    answer = imported(root, where, text)
    assert answer.status_code == 200
    assert HAND_KEPT[where].objects.count() == count


def test_no_cell_of_an_export_can_run(root: Client) -> None:
    Category.objects.create(name='=HYPERLINK("http://evil")')
    assert "\n=HYPERLINK" not in exported(root, "users/category").replace('"', "")


def test_what_is_done_in_the_back_room_stands_in_the_trail(root: Client, people) -> None:
    root.post("/admin/users/category/add/", {"name": "水果"})
    act = StaffAct.objects.get()
    assert (act.staff.username, act.verb, act.detail["name"]) == ("root", "create", "水果")


def test_nobody_changes_their_own_roles_there_either(root: Client) -> None:
    own = StaffMember.objects.get(username="root")
    answer = root.post("/admin/communities/assignment/add/", {"staff": own.pk, "role": "auditor"})
    assert answer.status_code == 403
    assert not own.assignments.exists()


def test_an_account_is_opened_and_its_password_changed(root: Client, people) -> None:
    form = {"username": "fresh", "name": "新人", "usable_password": "true",
            "password1": "kq7m-x2hd-9vtp", "password2": "kq7m-x2hd-9vtp"}  # fmt: skip
    root.post("/admin/communities/staffmember/add/", form)
    made = StaffMember.objects.get(username="fresh")
    assert made.check_password("kq7m-x2hd-9vtp")
    assert root.get(f"/admin/communities/staffmember/{made.pk}/password/").status_code == 200
