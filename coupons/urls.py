"""Every desk page of the app on one screen, slice by slice. Pages that put several slices together live in boards."""

from django.urls import URLPattern, path

from coupons.boards import scoreboard, strategies, strategy_edit, subsidies

# /coupons/
definition_urls: list[URLPattern] = []

# /budgets/
budget_urls: list[URLPattern] = []

# /subsidies/ /scoreboard/
effect_urls: list[URLPattern] = [
    path("subsidies/", subsidies.subsidies, name="subsidies"),
    path("subsidies/table.csv", subsidies.subsidies_csv, name="subsidies_csv"),
    path("scoreboard/", scoreboard.scoreboard, name="scoreboard"),
]

# /strategies/
strategy_urls: list[URLPattern] = [
    path("strategies/", strategies.strategies, name="strategies"),
    path("strategies/new/", strategy_edit.strategy_new, name="strategy-new"),
    path("strategies/preview/", strategy_edit.strategy_preview, name="strategy-preview"),
    path("strategies/<int:strategy_id>/", strategies.strategy, name="strategy"),
    path("strategies/<int:strategy_id>/edit/", strategy_edit.strategy_edit, name="strategy-edit"),
    path("strategies/<int:strategy_id>/start/", strategies.strategy_start, name="strategy-start"),
    path("strategies/<int:strategy_id>/stop/", strategies.strategy_stop, name="strategy-stop"),
    path("strategies/<int:strategy_id>/retire/", strategies.strategy_retire, name="strategy-retire"),
    path("strategies/<int:strategy_id>/restore/", strategies.strategy_restore, name="strategy-restore"),
    path("strategies/<int:strategy_id>/move/", strategies.strategy_move, name="strategy-move"),
]

# /strategies/
strategy_urls: list[URLPattern] = [
    path("strategies/", strategies.strategies, name="strategies"),
    path("strategies/new/", strategy_edit.strategy_new, name="strategy-new"),
    path("strategies/preview/", strategy_edit.strategy_preview, name="strategy-preview"),
    path("strategies/<int:strategy_id>/", strategies.strategy, name="strategy"),
    path("strategies/<int:strategy_id>/edit/", strategy_edit.strategy_edit, name="strategy-edit"),
    path("strategies/<int:strategy_id>/start/", strategies.strategy_start, name="strategy-start"),
    path("strategies/<int:strategy_id>/stop/", strategies.strategy_stop, name="strategy-stop"),
    path("strategies/<int:strategy_id>/retire/", strategies.strategy_retire, name="strategy-retire"),
    path("strategies/<int:strategy_id>/restore/", strategies.strategy_restore, name="strategy-restore"),
    path("strategies/<int:strategy_id>/move/", strategies.strategy_move, name="strategy-move"),
]

urlpatterns: list[URLPattern] = [*definition_urls, *budget_urls, *effect_urls, *strategy_urls, *strategy_urls]
