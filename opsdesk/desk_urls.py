"""Desk pages that stand above the apps, and those of communities that show numbers which only the project may read."""

from django.urls import include, path

from communities.places import views as places
from communities.policies import views as policies
from opsdesk import demo_page, place_figures, policy_effect, run_log, search, trust_panel
from opsdesk.insight import dashboard, metric_pages
from opsdesk.insight import quadrant_deeds as quadrant
from opsdesk.insight import quadrant_views as quadrants

_FIGURES = {"numbers": place_figures.latest}
_EFFECT = {"previewer": policy_effect.of_drafts}

urlpatterns = [
    path("", include("coupons.urls")),
    path("", include("campaigns.urls")),
    path("phone/", include("campaigns.phone_urls")),
    path("search/", search.search, name="search"),
    path("metrics/", metric_pages.metrics, name="metrics"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/table.csv", dashboard.dashboard_csv, name="dashboard_csv"),
    path("quadrants/", quadrants.quadrants, name="quadrants"),
    path("quadrants/quadrants.csv", quadrants.quadrants_csv, name="quadrants_csv"),
    path("quadrants/new/", quadrant.quadrant_new, name="quadrant_new"),
    path("quadrants/<int:model_id>/", quadrants.quadrant, name="quadrant"),
    path("quadrants/<int:model_id>/edit/", quadrant.quadrant_edit, name="quadrant_edit"),
    path("quadrants/<int:model_id>/retire/", quadrant.quadrant_retire, name="quadrant_retire"),
    path("quadrants/<int:model_id>/restore/<int:instead_of>/", quadrant.quadrant_restore, name="quadrant_restore"),
    path("demo/", demo_page.demo, name="demo"),
    path("demo/plant/", demo_page.plant, name="demo_plant"),
    path("demo/remove/", demo_page.remove, name="demo_remove"),
    path("communities/", places.community_list, _FIGURES, name="communities"),
    path("communities/<slug:code>/", places.community, _FIGURES, name="community"),
    path("policies/<slug:key>/", policies.policy, _EFFECT, name="policy"),
    path("runs/", run_log.run_list, name="runs"),
    path("runs/now/", run_log.run_now, name="run_now"),
    path("runs/<int:job_id>/", run_log.run, name="run"),
    path("runs/<int:job_id>/card/", run_log.run_card, name="run_card"),
    path("runs/<int:job_id>/cancel/", run_log.run_cancel, name="run_cancel"),
    path("trust/", trust_panel.panel, name="trust"),
    path("trust/check/", trust_panel.check_now, name="trust_check"),
    path("trust/<slug:name>/", trust_panel.invariant, name="invariant"),
]
