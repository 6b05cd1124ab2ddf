"""Every desk page of the app on one screen, slice by slice."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
