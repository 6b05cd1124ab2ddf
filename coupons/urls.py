"""Every desk page of the app on one screen, slice by slice. Pages that put several slices together live in boards."""

from django.urls import URLPattern, path

from coupons.boards import (
    approvals,
    batch_edit,
    batches,
    coupons,
    handed_out,
    holder,
    parcels,
    refusals,
    scoreboard,
    strategies,
    strategy_edit,
    subsidies,
)
from coupons.budgets import views as budgets
from coupons.definitions import views as definitions
from coupons.reminders import views as reminders

# /coupons/
definition_urls: list[URLPattern] = [
    path("coupons/", coupons.coupons, name="coupons"),
    path("coupons/table.csv", coupons.coupons_csv, name="coupons-csv"),
    path("coupons/new/", definitions.coupon_new, name="coupon-new"),
    path("coupons/<int:coupon_id>/", coupons.coupon, name="coupon"),
    path("coupons/<int:coupon_id>/edit/", definitions.coupon_edit, name="coupon-edit"),
    path("coupons/<int:coupon_id>/retire/", definitions.coupon_retire, name="coupon-retire"),
    path("coupons/<int:coupon_id>/reinstate/", definitions.coupon_reinstate, name="coupon-reinstate"),
]

# /budgets/
budget_urls: list[URLPattern] = [
    path("budgets/", budgets.budgets, name="budgets"),
    path("budgets/new/", budgets.budget_new, name="budget-new"),
    path("budgets/<int:budget_id>/", budgets.budget, name="budget"),
    path("budgets/<int:budget_id>/ledger.csv", budgets.budget_csv, name="budget-csv"),
    path("budgets/<int:budget_id>/edit/", budgets.budget_edit, name="budget-edit"),
    path("budgets/<int:budget_id>/close/", budgets.budget_close, name="budget-close"),
    path("budgets/<int:budget_id>/reopen/", budgets.budget_reopen, name="budget-reopen"),
]

# /subsidies/ /scoreboard/
effect_urls: list[URLPattern] = [
    path("subsidies/", subsidies.subsidies, name="subsidies"),
    path("subsidies/table.csv", subsidies.subsidies_csv, name="subsidies_csv"),
    path("scoreboard/", scoreboard.scoreboard, name="scoreboard"),
]

# /customers/…/coupons/
holder_urls: list[URLPattern] = [
    path("customers/<int:customer_id>/coupons/", holder.customer_coupons, name="customer_coupons"),
    path("customers/<int:customer_id>/coupons/give/", holder.coupon_give, name="coupon_give"),
    path("coupons/refused/", refusals.refused_uses, name="refused_uses"),
    path("coupons/held/<int:grant_id>/void/", holder.coupon_void, name="coupon_void"),
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

# /reminders/
reminder_urls: list[URLPattern] = [
    path("reminders/", reminders.reminders, name="reminders"),
    path("reminders/script/", reminders.reminder_script, name="reminder-script"),
    path("reminders/today/", reminders.reminders_today, name="reminders-today"),
    path("reminders/<int:reminder_id>/done/", reminders.reminder_done, name="reminder-done"),
    path("reminders/<int:reminder_id>/undo/", reminders.reminder_undo, name="reminder-undo"),
]

# /batches/ /approvals/
batch_urls: list[URLPattern] = [
    path("batches/", batches.batches, name="batches"),
    path("batches/new/", batch_edit.batch_new, name="batch-new"),
    path("batches/from-list/", batch_edit.batch_from_list, name="batch-from-list"),
    path("batches/preview/", batch_edit.batch_preview, name="batch-preview"),
    path("batches/<slug:key>/", batches.batch, name="batch"),
    path("batches/<slug:key>/members/", batches.batch_members, name="batch-members"),
    path("batches/<slug:key>/handed-out/", handed_out.batch_handed_out, name="batch_handed_out"),
    path("batches/<slug:key>/edit/", batch_edit.batch_edit, name="batch-edit"),
    path("batches/<slug:key>/step/", batches.batch_step, name="batch-step"),
    path("batches/<slug:key>/parcels/", parcels.batch_parcels, name="batch_parcels"),
    path("batches/<slug:key>/parcels/pack/", parcels.batch_pack, name="batch_pack"),
    path("parcels/<int:parcel_id>/file/", parcels.parcel_file, name="parcel_file"),
    path("parcels/<int:parcel_id>/decide/", parcels.parcel_decide, name="parcel_decide"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<slug:key>/", approvals.approval, name="approval"),
]

urlpatterns: list[URLPattern] = [
    *batch_urls,
    *definition_urls,
    *holder_urls,
    *budget_urls,
    *effect_urls,
    *strategy_urls,
    *reminder_urls,
]
