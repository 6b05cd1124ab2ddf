"""Goods in the back room, both ways; customers and orders to look at, phones masked."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from import_export import fields, resources
from import_export.widgets import ForeignKeyWidget

from communities.backroom import HandKept, ReadOnly
from opsdesk.lib import names, phones
from users.customers.models import Customer, Tag
from users.orders.models import Category, Order, Product


class CategoryResource(resources.ModelResource):  # type: ignore[misc]
    taste = fields.Field("taste", "taste", ForeignKeyWidget(Tag, "name"))

    class Meta:
        model = Category
        import_id_fields = ["name"]
        fields = ["name", "is_service", "taste"]
        export_order = fields
        skip_unchanged = True


class ProductResource(resources.ModelResource):  # type: ignore[misc]
    category = fields.Field("category", "category", ForeignKeyWidget(Category, "name"))

    class Meta:
        model = Product
        import_id_fields = ["name"]
        fields = ["name", "category"]
        export_order = fields
        skip_unchanged = True


@admin.register(Category)
class CategoryAdmin(HandKept):
    resource_classes = [CategoryResource]
    list_display = ["name", "is_service", "taste"]
    list_filter = ["is_service"]
    search_fields = ["name"]
    exclude = ["first_import_id"]


@admin.register(Product)
class ProductAdmin(HandKept):
    resource_classes = [ProductResource]
    list_display = ["name", "category"]
    list_filter = ["category"]
    search_fields = ["name"]
    exclude = ["first_import_id"]


@admin.register(Customer)
class CustomerAdmin(ReadOnly):
    """No search by phone: it would stand in the address. The customer list of the desk searches by POST."""

    list_display = ["id", "masked_phone", "masked_name", "community", "station", "building", "registered_at"]
    list_display_links = ["id"]
    list_filter = ["community"]
    ordering = ["-id"]
    show_full_result_count = False
    fields = ["id", "masked_phone", "masked_name", "community", "station", "building", "unit", "registered_at"]
    readonly_fields = fields  # type: ignore[assignment]

    def get_queryset(self, request: HttpRequest) -> Any:
        everybody = Customer.objects.unscoped("the back room: a superuser looks at any customer, phones masked")
        return everybody.select_related("community", "station").order_by("-id")

    @admin.display(description="phone")
    def masked_phone(self, customer: Customer) -> str:
        return phones.mask(customer.phone)

    @admin.display(description="name")
    def masked_name(self, customer: Customer) -> str:
        return names.mask(customer.name)


@admin.register(Order)
class OrderAdmin(ReadOnly):
    list_display = ["number", "customer_id", "day", "state", "counted", "paid", "refunded", "net"]
    list_filter = ["state", "counted"]
    ordering = ["-id"]
    show_full_result_count = False
    fields = [
        "source", "number", "customer_id", "community_id", "placed_at", "day", "delivery_day", "state", "counted",
        "gross", "discount", "paid", "refunded", "net", "service_amount", "channel", "coupon_code", "import_id",
    ]  # fmt: skip
    readonly_fields = fields  # type: ignore[assignment]
