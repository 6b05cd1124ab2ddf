"""Every desk page of the app on one screen, slice by slice. Pages that put several slices together live in boards."""

from django.urls import URLPattern, path  # noqa: F401

# /drives/
drive_urls: list[URLPattern] = []

# /supervisor/ /visits/ /channels-compared/
board_urls: list[URLPattern] = []

# /cues/
cue_urls: list[URLPattern] = []

urlpatterns = [*drive_urls, *board_urls, *cue_urls]
