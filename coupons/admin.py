"""The back room: templates, kept by hand, as CSV both ways; money and what follows from it to look at only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from import_export import fields, resources
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget

from communities.backroom import HandKept, Names, ReadOnly
from coupons.budgets.models import Budget, BudgetEntry
from coupons.definitions import queries
from coupons.definitions.models import Coupon
from users.orders.models import Category, Product


class CouponResource(resources.ModelResource):  # type: ignore[misc]
    """Money in fen. A template that a batch names is left as it is."""

    product = fields.Field("product", "product", ForeignKeyWidget(Product, "name"))
    categories = fields.Field("categories", "categories", ManyToManyWidget(Category, separator=",", field="name"))
    combines_with = fields.Field("combines_with", "combines_with", Names())

    class Meta:
        model = Coupon
        import_id_fields = ["code"]
        fields = [
            "code", "name", "kind", "threshold", "amount_off", "percent_off", "cap", "product", "price",
            "regular_price", "categories", "valid_from", "valid_to", "valid_days", "per_customer", "is_public",
            "combines_with", "note",
        ]  # fmt: skip
        export_order = fields
        skip_unchanged = True
        clean_model_instances = True

    def after_init_instance(self, instance: Coupon, new: bool, row: Any, **kwargs: Any) -> None:
        """Somebody has made each: of those that nobody is named for, whoever brings them."""
        instance.made_by = instance.made_by or kwargs.get("user")

    def skip_row(self, instance: Coupon, original: Coupon, row: Any, import_validation_errors: Any = None) -> bool:
        if instance.pk and queries.is_promised(instance):
            return True
        return bool(super().skip_row(instance, original, row, import_validation_errors))


@admin.register(Coupon)
class CouponAdmin(HandKept):
    """A template that a batch names is shown and not changed, by a superuser neither."""

    resource_classes = [CouponResource]
    list_display = ["code", "name", "kind", "most_off", "retired_at"]
    list_filter = ["kind"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["product"]
    exclude = ["made_by", "made_at", "retired_at"]

    def has_change_permission(self, request: HttpRequest, obj: Coupon | None = None) -> bool:
        promised = obj is not None and queries.is_promised(obj)
        return super().has_change_permission(request, obj) and not promised

    def has_delete_permission(self, request: HttpRequest, obj: Coupon | None = None) -> bool:
        return False


@admin.register(Budget)
class BudgetAdmin(ReadOnly):
    """Set on the desk, where every change gets its entry."""

    list_display = ["name", "community", "station", "begins_on", "ends_on", "amount", "reserved", "spent", "closed_at"]
    list_filter = ["community"]


@admin.register(BudgetEntry)
class BudgetEntryAdmin(ReadOnly):
    list_display = ["id", "budget", "kind", "amount", "reserved", "spent", "thing", "thing_id", "at"]
    list_filter = ["kind"]
    show_full_result_count = False
