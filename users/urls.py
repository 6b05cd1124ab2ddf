"""Every desk page of the app on one screen, slice by slice."""

from django.urls import URLPattern, path

from users.acquisition.signups import views as signups
from users.boards import channel_views as channels
from users.boards import cohort_views as cohorts
from users.boards import growth_views as growth
from users.boards import spend_views as spend
from users.boards import variable_views as variables
from users.boards import views as boards
from users.boards.alerts import deeds as alert_deeds
from users.boards.alerts import views as alerts
from users.boards.funnel import views as funnel
from users.boards.journey import views as journey
from users.contact import ledger_views as ledger
from users.contact import views as contact
from users.directory import views as directory
from users.directory.profile import views as profile
from users.directory.tags import views as tags
from users.imports.pages import deeds, teach_views
from users.imports.pages import views as imports
from users.outbox import deliveries
from users.outbox import views as outbox

# /segments/ /rfm/ /cleaning/ /cohorts/
board_urls = [
    path("segments/", boards.segments_board, name="segments"),
    path("segments/matrix.csv", boards.matrix_csv, name="matrix_csv"),
    path("rfm/", boards.rfm_board, name="rfm"),
    path("cleaning/", boards.cleaning, name="cleaning"),
    path("growth/", growth.growth_board, name="growth"),
    path("growth/growth.csv", growth.growth_csv, name="growth_csv"),
    path("cohorts/", cohorts.cohort_board, name="cohorts"),
    path("cohorts/cohorts.csv", cohorts.cohorts_csv, name="cohorts_csv"),
    path("cohorts/budgets/<slug:week>/", cohorts.cohort_budget, name="cohort_budget"),
    path("cohorts/budgets/changes/<int:change_id>/undo/", cohorts.cohort_budget_undo, name="cohort_budget_undo"),
]

# /funnel/ /lifecycle/
funnel_urls = [
    path("funnel/", funnel.funnel_board, name="funnel"),
    path("funnel/funnel.csv", funnel.funnel_csv, name="funnel_csv"),
    path("funnel/stages/<slug:stage>/", funnel.funnel_action, name="funnel_action"),
    path("lifecycle/", journey.lifecycle_map, name="lifecycle-map"),
    path("lifecycle/map.csv", journey.lifecycle_map_csv, name="lifecycle_map_csv"),
]

# /cohorts/variables/
variable_urls = [
    path("cohorts/variables/", variables.variable_sheet, name="variables"),
    path("cohorts/variables/new/", variables.variable_new, name="variable_new"),
    path("cohorts/variables/import/", variables.variable_import, name="variable_import"),
    path("cohorts/variables/<int:variable_id>/retire/", variables.variable_retire, name="variable_retire"),
    path("cohorts/variables/<int:variable_id>/<slug:week>/", variables.variable_cell, name="variable_cell"),
    path("cohorts/variables/changes/<int:change_id>/undo/", variables.variable_undo, name="variable_undo"),
]

# /channels/ /spend/
spend_urls = [
    path("channels/", channels.channel_board, name="channels"),
    path("channels/channels.csv", channels.channels_csv, name="channels_csv"),
    path("spend/", spend.spend_sheet, name="spend"),
    path("spend/spend.csv", spend.spend_csv, name="spend_csv"),
    path("spend/paste/", spend.spend_paste, name="spend_paste"),
    path("spend/cells/<slug:week>/", spend.spend_cell, name="spend_cell"),
    path("spend/changes/<int:change_id>/undo/", spend.spend_undo, name="spend_undo"),
    path("spend/sheets/<uuid:sheet>/undo/", spend.spend_sheet_undo, name="spend_sheet_undo"),
]

# /alerts/
alert_urls = [
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/alerts.csv", alerts.alerts_csv, name="alerts_csv"),
    path("alerts/<int:alert_id>/", alerts.alert, name="alert"),
    path("alerts/<int:alert_id>/snooze/", alert_deeds.alert_snooze, name="alert_snooze"),
    path("alerts/<int:alert_id>/wake/", alert_deeds.alert_wake, name="alert_wake"),
    path("alerts/<int:alert_id>/close/", alert_deeds.alert_close, name="alert_close"),
    path("alerts/<int:alert_id>/reopen/", alert_deeds.alert_reopen, name="alert_reopen"),
]

# /signups/
signup_urls = [
    path("signups/", signups.signups, name="signups"),
    path("signups/upload/", signups.signup_upload, name="signup_upload"),
    path("signups/<int:file_id>/", signups.signup, name="signup"),
    path("signups/<int:file_id>/commit/", signups.signup_commit, name="signup_commit"),
    path("signups/<int:file_id>/let-go/", signups.signup_let_go, name="signup_let_go"),
    path("signups/<int:file_id>/undo/", signups.signup_undo, name="signup_undo"),
    path("signups/<int:file_id>/refused-rows/", signups.signup_refused, name="signup_refused"),
]

# /customers/ /tags/
customer_urls = [
    path("customers/", directory.customers, name="customers"),
    path("customers/find/", directory.customers_find, name="customers_find"),
    path("customers/columns/", directory.customers_columns, name="customers_columns"),
    path("customers/export/", directory.customers_export, name="customers_export"),
    path("customers/views/", directory.customers_view_save, name="customers_view_save"),
    path("customers/views/restore/", directory.customers_view_restore, name="customers_view_restore"),
    path("customers/views/<int:view_id>/", directory.customers_view, name="customers_view"),
    path("customers/views/<int:view_id>/delete/", directory.customers_view_delete, name="customers_view_delete"),
    path("customers/tag/", tags.customers_tag, name="customers_tag"),
    path("customers/tag/<int:marking_id>/undo/", tags.customers_tag_undo, name="customers_tag_undo"),
    path("customers/<int:customer_id>/", profile.customer, name="customer"),
    path("customers/<int:customer_id>/reveal/", profile.customer_reveal, name="customer_reveal"),
    path("customers/<int:customer_id>/note/", profile.customer_note, name="customer_note"),
    path("tags/", tags.tags, name="tags"),
    path("tags/new/", tags.tag_new, name="tag_new"),
    path("tags/<int:tag_id>/", tags.tag_edit, name="tag_edit"),
    path("tags/<int:tag_id>/delete/", tags.tag_delete, name="tag_delete"),
]

# /customers/…/wishes/ /wishes/
wish_urls = [
    path("customers/<int:customer_id>/wishes/", contact.wish_change, name="wish_change"),
    path("wishes/", ledger.wishes, name="wishes"),
    path("wishes/export/", ledger.wishes_export, name="wishes_export"),
    path("wishes/import/", ledger.wishes_import, name="wishes_import"),
    path("wishes/pauses/<slug:code>/resume/", ledger.contact_resume, name="contact_resume"),
    path("wishes/changes/<int:change_id>/undo/", contact.wish_undo, name="wish_undo"),
]

# /outbox/
outbox_urls = [
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/hand-off/", outbox.outbox_hand_off, name="outbox_hand_off"),
    path("outbox/hand-offs/<int:hand_off_id>/", outbox.hand_off_file, name="hand_off_file"),
    path("outbox/<int:message_id>/decide/", outbox.message_decide, name="message_decide"),
    path("outbox/deliveries/<slug:provider>/<slug:signature>/", deliveries.sms_deliveries, name="sms_deliveries"),
]

# /imports/
import_urls = [
    path("imports/", imports.imports, name="imports"),
    path("imports/upload/", deeds.import_upload, name="import_upload"),
    path("imports/<int:file_id>/", imports.import_page, name="import"),
    path("imports/<int:file_id>/options/", deeds.import_options, name="import_options"),
    path("imports/<int:file_id>/mapping/", deeds.import_mapping, name="import_mapping"),
    path("imports/<int:file_id>/progress/", imports.import_progress, name="import_progress"),
    path("imports/<int:file_id>/commit/", deeds.import_commit, name="import_commit"),
    path("imports/<int:file_id>/cancel/", deeds.import_cancel, name="import_cancel"),
    path("imports/<int:file_id>/undo/", deeds.import_undo, name="import_undo"),
    path("imports/<int:file_id>/let-go/", deeds.import_let_go, name="import_let_go"),
    path("imports/<int:file_id>/problems/", imports.import_problems, name="import_problems"),
    path("imports/<int:file_id>/refused-rows/", deeds.import_refused_rows, name="import_refused_rows"),
    path("imports/addresses/", teach_views.addresses, name="addresses"),
    path("imports/addresses/teach/", teach_views.address_teach, name="address_teach"),
    path("imports/addresses/forget/", teach_views.address_forget, name="address_forget"),
]

urlpatterns: list[URLPattern] = [
    *customer_urls,
    *wish_urls,
    *outbox_urls,
    *board_urls,
    *alert_urls,
    *funnel_urls,
    *signup_urls,
    *spend_urls,
    *variable_urls,
    *import_urls,
]
