"""Every desk page of the app on one screen, slice by slice. Pages that put several slices together live in boards."""

from django.urls import URLPattern

# /coupons/
definition_urls: list[URLPattern] = []

# /budgets/
budget_urls: list[URLPattern] = []

urlpatterns: list[URLPattern] = [*definition_urls, *budget_urls]
