"""Templates in the back room: out and in as CSV, and what a batch names stays; money is looked at only."""

import io

import pytest
from django.test import Client
from django.urls import reverse

from communities.models import StaffMember
from coupons.batches.models import Batch
from coupons.definitions.models import Coupon
from tests.coupons.worlds import make_budget, make_coupon
from users.orders.models import Category

pytestmark = pytest.mark.django_db
HEAD = "code,name,kind,threshold,amount_off,categories,valid_days,per_customer,is_public\n"


@pytest.fixture
def root() -> Client:
    member = StaffMember.objects.create_superuser("root", password="a long password", name="root")
    client = Client()
    client.force_login(member, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def imported(client: Client, rows: str) -> None:
    file = io.BytesIO((HEAD + rows).encode("utf-8"))
    file.name = "rows.csv"
    address = reverse("admin:coupons_coupon_import")
    preview = client.post(address, {"import_file": file, "format": "0", "resource": "0"})
    if confirm := preview.context.get("confirm_form"):
        client.post(reverse("admin:coupons_coupon_process_import"), confirm.initial)


def test_templates_come_in_from_a_spreadsheet_and_nonsense_does_not(root: Client) -> None:
    meat = Category.objects.create(name="肉品")
    imported(root, "P-07,肉品满减,threshold,4900,1200,肉品,7,1,0\n")
    imported(root, "P-08,白送,threshold,4900,4900,,7,1,0\n")
    coupon = Coupon.objects.get()
    assert (coupon.code, coupon.amount_off, list(coupon.categories.all())) == ("P-07", 1200, [meat])


def test_what_a_batch_names_is_not_changed_from_a_spreadsheet_or_by_hand(root: Client) -> None:
    coupon = make_coupon(code="P-07")
    imported(root, "P-07,新名,threshold,4900,1300,,7,1,0\n")
    assert Coupon.objects.get().amount_off == 1300

    Batch.objects.create(number="B-0001", name="一批", coupon=coupon, budget=make_budget())
    imported(root, "P-07,新名,threshold,4900,1400,,7,1,0\n")
    page = reverse("admin:coupons_coupon_change", args=[coupon.pk])
    assert root.get(page).status_code == 200
    assert root.post(page, {"name": "新名"}).status_code == 403
    assert root.post(reverse("admin:coupons_coupon_delete", args=[coupon.pk]), {"post": "yes"}).status_code == 403
    assert Coupon.objects.get().amount_off == 1300


def test_nobody_moves_money_in_the_back_room(root: Client) -> None:
    budget = make_budget()
    for model in ("budget", "budgetentry"):
        assert root.get(reverse(f"admin:coupons_{model}_changelist")).status_code == 200
        assert root.get(reverse(f"admin:coupons_{model}_add")).status_code == 403
    assert root.post(reverse("admin:coupons_budget_change", args=[budget.pk]), {"amount": 1}).status_code == 403
