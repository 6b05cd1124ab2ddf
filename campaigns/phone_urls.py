"""Every phone page of the field staff on one screen. Mounted at /phone/."""

from django.urls import URLPattern, path  # noqa: F401

# my day, a door, outcomes
day_urls: list[URLPattern] = []

# what to say with today's deliveries
cue_urls: list[URLPattern] = []

urlpatterns = [*day_urls, *cue_urls]
