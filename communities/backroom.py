"""The back room (/admin/): for superusers alone, with the small hand-kept tables as CSV both ways."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from import_export.admin import ImportExportModelAdmin
from import_export.formats import base_formats
from import_export.widgets import Widget

from communities import actions
from communities.models import StaffMember
from communities.places.rules import listed
from opsdesk.lib import exports


class ExcelCsv(base_formats.CSV):  # type: ignore[misc]
    """CSV that Excel opens as UTF-8, no cell of which can run; read back with or without the byte-order mark."""

    def export_data(self, dataset: Any, **kwargs: Any) -> str:
        return "\ufeff" + "".join(exports.lines(dataset.headers, dataset))

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> Any:
        return super().create_dataset(in_stream.removeprefix("\ufeff"), **kwargs)


class Names(Widget):  # type: ignore[misc]
    """A list of short texts in one cell, set apart by commas of either kind."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        return listed(str(value or ""))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return ", ".join(value or [])


class SuperusersOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Whoever runs the server; everybody else works on the desk. What is done here stands in the trail too."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_superuser(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_superuser(request)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._log(request, "create", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._log(request, "change", obj)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            self._log(request, "delete", obj)
        return super().log_deletions(request, queryset)

    def _is_superuser(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def _log(self, request: HttpRequest, verb: str, obj: Any) -> None:
        staff = request.user if isinstance(request.user, StaffMember) else None
        detail = {"name": str(obj), "back_room": True}
        actions.write_log(staff=staff, verb=verb, thing=str(obj._meta.model_name), thing_id=obj.pk, detail=detail)


class HandKept(ImportExportModelAdmin, SuperusersOnly):  # type: ignore[misc]
    """A small table that people keep by hand: out as CSV, mended in a spreadsheet, in again after a preview."""

    formats = [ExcelCsv]
    from_encoding = "utf-8-sig"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self._is_superuser(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self._is_superuser(request)


class ReadOnly(SuperusersOnly):
    """Facts: looked at, never edited by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
