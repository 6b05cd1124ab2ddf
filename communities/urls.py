"""Every desk page of the app on one screen."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
