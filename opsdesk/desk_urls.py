"""Desk pages that stand above the apps, and those of communities that show numbers which only the project may read."""

from django.urls import path

from communities.places import views as places
from communities.policies import views as policies
from opsdesk import place_figures, policy_effect

_FIGURES = {"numbers": place_figures.latest}
_EFFECT = {"previewer": policy_effect.of_drafts}

urlpatterns = [
    path("communities/", places.community_list, _FIGURES, name="communities"),
    path("communities/<slug:code>/", places.community, _FIGURES, name="community"),
    path("policies/<slug:key>/", policies.policy, _EFFECT, name="policy"),
]
