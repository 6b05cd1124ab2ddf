"""Every desk page of the app on one screen. Those that also show customers are wired in opsdesk/desk_urls.py."""

from django.urls import path

from communities.notices import views as notices
from communities.places import views as places
from communities.policies import views as policies
from communities.staffing import own_page
from communities.staffing import views as staffing
from communities.trail import views as trail

urlpatterns = [
    path("communities/new/", places.community_new, name="community_new"),
    path("communities/<slug:code>/edit/", places.community_edit, name="community_edit"),
    path("communities/<slug:code>/close/", places.community_close, name="community_close"),
    path("communities/<slug:code>/reopen/", places.community_reopen, name="community_reopen"),
    path("communities/<slug:code>/buildings/", places.buildings, name="community_buildings"),
    path("communities/<slug:code>/buildings/run/", places.buildings_run, name="community_buildings_run"),
    path("communities/<slug:code>/stations/new/", places.station_new, name="station_new"),
    path("stations/<int:station_id>/edit/", places.station_edit, name="station_edit"),
    path("stations/<int:station_id>/close/", places.station_close, name="station_close"),
    path("stations/<int:station_id>/reopen/", places.station_reopen, name="station_reopen"),
    path("staff/", staffing.staff_list, name="staff"),
    path("staff/invite/", staffing.staff_invite, name="staff_invite"),
    path("staff/<int:staff_id>/", staffing.staff_member, name="staff_member"),
    path("staff/<int:staff_id>/name/", staffing.staff_rename, name="staff_rename"),
    path("staff/<int:staff_id>/roles/", staffing.staff_assign, name="staff_assign"),
    path("staff/<int:staff_id>/roles/<int:assignment_id>/take/", staffing.staff_unassign, name="staff_unassign"),
    path("staff/<int:staff_id>/close/", staffing.staff_close, name="staff_close"),
    path("staff/<int:staff_id>/reopen/", staffing.staff_reopen, name="staff_reopen"),
    path("staff/<int:staff_id>/password/", staffing.staff_password, name="staff_password"),
    path("staff/<int:staff_id>/tokens/<int:token_id>/", staffing.staff_revoke_token, name="staff_revoke_token"),
    path("policies/", policies.policy_list, name="policies"),
    path("policies/history/", policies.policy_history, name="policy_history"),
    path("policies/versions/<int:version>/again/", policies.policy_again, name="policy_again"),
    path("policies/versions/<int:version>/undo/", policies.policy_undo, name="policy_undo"),
    path("policies/<slug:key>/default/", policies.policy_default, name="policy_default"),
    path("trail/", trail.trail, name="trail"),
    path("trail/export/", trail.trail_export, name="trail_export"),
    path("notifications/", notices.notifications, name="notifications"),
    path("notifications/newest/", notices.newest, name="notifications_newest"),
    path("notifications/read/", notices.notices_read, name="notifications_read"),
    path("notifications/<int:notice_id>/open/", notices.notice_open, name="notification_open"),
    path("me/", own_page.me, name="me"),
    path("me/preferences/", own_page.preferences, name="my_preferences"),
    path("me/tokens/", own_page.token_issue, name="token_issue"),
    path("me/tokens/<int:token_id>/revoke/", own_page.token_revoke, name="token_revoke"),
]
