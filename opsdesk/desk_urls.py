"""Desk pages that stand above the apps, and those of communities that show numbers which only the project may read."""

from django.urls import path

from communities.places import views as places
from opsdesk import place_figures

_FIGURES = {"numbers": place_figures.latest}

urlpatterns = [
    path("communities/", places.community_list, _FIGURES, name="communities"),
    path("communities/<slug:code>/", places.community, _FIGURES, name="community"),
]
