"""People and places in the back room."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from import_export import fields, resources
from import_export.widgets import ForeignKeyWidget

from communities.backroom import HandKept, Names
from communities.models import Assignment, Building, Community, ServiceStation, StaffMember


class CommunityResource(resources.ModelResource):  # type: ignore[misc]
    aliases = fields.Field("aliases", "aliases", Names())
    address_templates = fields.Field("address_templates", "address_templates", Names())

    class Meta:
        model = Community
        import_id_fields = ["code"]
        fields = [
            "code",
            "name",
            "aliases",
            "households",
            "opened_on",
            "order_cutoff",
            "address_templates",
            "is_active",
        ]
        export_order = fields
        skip_unchanged = True
        clean_model_instances = True


class StationResource(resources.ModelResource):  # type: ignore[misc]
    community = fields.Field("community", "community", ForeignKeyWidget(Community, "code"))
    buildings = fields.Field("buildings", "buildings", Names())

    class Meta:
        model = ServiceStation
        import_id_fields = ["name"]
        fields = [
            "name", "community", "buildings", "sorts_goods", "has_store_room", "sells_on_site", "opened_on",
            "is_active",
        ]  # fmt: skip
        export_order = fields
        skip_unchanged = True
        clean_model_instances = True


class StaffResource(resources.ModelResource):  # type: ignore[misc]
    """Names and whether an account is open; never passwords, never who is a superuser."""

    class Meta:
        model = StaffMember
        import_id_fields = ["username"]
        fields = ["username", "name", "is_active"]
        export_order = fields
        skip_unchanged = True

    def before_save_instance(self, instance: StaffMember, row: Any, **kwargs: Any) -> None:
        if instance.pk is None:
            instance.set_unusable_password()  # a manager resets it on the staff page


class AssignmentResource(resources.ModelResource):  # type: ignore[misc]
    staff = fields.Field("staff", "staff", ForeignKeyWidget(StaffMember, "username"))
    community = fields.Field("community", "community", ForeignKeyWidget(Community, "code"))
    station = fields.Field("station", "station", ForeignKeyWidget(ServiceStation, "name"))

    class Meta:
        model = Assignment
        import_id_fields = ["staff", "role", "community", "station"]
        fields = ["staff", "role", "community", "station"]
        export_order = fields
        skip_unchanged = True
        clean_model_instances = True


class BuildingsOf(admin.TabularInline):  # type: ignore[type-arg]
    model = Building
    extra = 0


@admin.register(Community)
class CommunityAdmin(HandKept):
    resource_classes = [CommunityResource]
    list_display = ["name", "code", "households", "opened_on", "is_active"]
    inlines = [BuildingsOf]


@admin.register(ServiceStation)
class StationAdmin(HandKept):
    resource_classes = [StationResource]
    list_display = ["name", "community", "is_active"]


class NewStaffForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = StaffMember
        fields = ("username", "name")


class StaffForm(UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = StaffMember
        fields = ("username", "name")


@admin.register(StaffMember)
class StaffAdmin(HandKept, UserAdmin):  # type: ignore[type-arg]
    resource_classes = [StaffResource]
    form = StaffForm
    add_form = NewStaffForm
    list_display = ["username", "name", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["username", "name"]
    ordering = ["username"]
    fieldsets = [
        (None, {"fields": ["username", "name", "password"]}),
        (None, {"fields": ["is_active", "is_staff", "is_superuser", "language", "theme"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "name", "usable_password", "password1", "password2"]})]
    filter_horizontal = []


@admin.register(Assignment)
class AssignmentAdmin(HandKept):
    resource_classes = [AssignmentResource]
    list_display = ["staff", "role", "community", "station"]
    list_filter = ["role"]

    def save_model(self, request: HttpRequest, obj: Assignment, form: Any, change: bool) -> None:
        if obj.staff_id == request.user.pk:
            raise PermissionDenied("nobody changes their own roles")
        super().save_model(request, obj, form, change)
