"""Every endpoint of the REST API on one screen."""

from django.urls import path, re_path

from campaigns.boards.cases.api import CaseDetail, CaseList
from campaigns.boards.hours.api import BestHours
from campaigns.boards.lesson_api import CaseProcesses, LessonDetail, LessonList
from campaigns.visits.api import VisitList
from campaigns.visits.task_api import DriveList, TaskList
from communities.api import CommunityList
from communities.notices.api import NoticeList, NoticeRead
from coupons.boards import batch_api_steps as batch_steps
from coupons.boards.batch_api import BatchDetail, BatchList
from coupons.budgets.api import BudgetList
from coupons.definitions.api import TemplateDetail, TemplateList
from coupons.grants.api import CouponUse, CustomerCoupons
from coupons.handover.api import ParcelFetched, ParcelList
from coupons.reminders.api import ReminderList, ReminderSaid
from opsdesk import api_page, error_answers
from opsdesk.insight.dashboard_api import Dashboard
from opsdesk.insight.metric_api import MetricList
from opsdesk.insight.quadrant_api import Quadrants
from users.acquisition.signups.api import Signups
from users.boards.alerts.api import AlertList
from users.boards.api import Rfm, Segments
from users.boards.channel_api import Channels
from users.boards.cohort_api import Cohorts
from users.boards.funnel.api import Funnel
from users.boards.growth_api import Growth
from users.boards.journey.api import LifecycleMap
from users.boards.spend_api import SpendList
from users.contact.api import CustomerWishes
from users.directory.api import CustomerDetail, CustomerList
from users.imports.api import ImportCommit, ImportDetail, ImportList, ImportProblems

urlpatterns = [
    path("", api_page.reference, name="api"),
    path("openapi.json", api_page.Schema.as_view(), name="api_schema"),
    path("communities/", CommunityList.as_view(), name="api_communities"),
    path("metrics/", MetricList.as_view(), name="api_metrics"),
    path("dashboard/", Dashboard.as_view(), name="api_dashboard"),
    path("customers/", CustomerList.as_view(), name="api_customers"),
    path("customers/<int:customer_id>/", CustomerDetail.as_view(), name="api_customer"),
    path("coupons/templates/", TemplateList.as_view(), name="api_coupon_templates"),
    path("coupons/templates/<int:coupon_id>/", TemplateDetail.as_view(), name="api_coupon_template"),
    path("coupons/budgets/", BudgetList.as_view(), name="api_coupon_budgets"),
    path("coupons/batches/", BatchList.as_view(), name="api_batches"),
    path("coupons/batches/<slug:number>/", BatchDetail.as_view(), name="api_batch"),
    path("coupons/batches/<slug:number>/freeze/", batch_steps.BatchFreeze.as_view(), name="api_batch_freeze"),
    path("coupons/batches/<slug:number>/submit/", batch_steps.BatchSubmit.as_view(), name="api_batch_submit"),
    path("coupons/batches/<slug:number>/approve/", batch_steps.BatchApprove.as_view(), name="api_batch_approve"),
    path(
        "coupons/batches/<slug:number>/request-changes/",
        batch_steps.BatchRequestChanges.as_view(),
        name="api_batch_request_changes",
    ),
    path("coupons/batches/<slug:number>/reject/", batch_steps.BatchReject.as_view(), name="api_batch_reject"),
    path("coupons/batches/<slug:number>/pause/", batch_steps.BatchPause.as_view(), name="api_batch_pause"),
    path("coupons/batches/<slug:number>/resume/", batch_steps.BatchResume.as_view(), name="api_batch_resume"),
    path("coupons/batches/<slug:number>/revoke/", batch_steps.BatchRevoke.as_view(), name="api_batch_revoke"),
    path("customers/<int:customer_id>/wishes/", CustomerWishes.as_view(), name="api_customer_wishes"),
    path("coupons/parcels/", ParcelList.as_view(), name="api_parcels"),
    path("coupons/parcels/<int:parcel_id>/fetched/", ParcelFetched.as_view(), name="api_parcel_fetched"),
    path("coupons/use/", CouponUse.as_view(), name="api_coupon_use"),
    path("customers/<int:customer_id>/coupons/", CustomerCoupons.as_view(), name="api_customer_coupons"),
    path("reminders/", ReminderList.as_view(), name="api_reminders"),
    path("reminders/<int:reminder_id>/said/", ReminderSaid.as_view(), name="api_reminder_said"),
    path("cases/", CaseList.as_view(), name="api_cases"),
    path("cases/<slug:number>/", CaseDetail.as_view(), name="api_case"),
    path("cases/<slug:number>/processes/", CaseProcesses.as_view(), name="api_case_processes"),
    path("lessons/", LessonList.as_view(), name="api_lessons"),
    path("lessons/<int:lesson_id>/", LessonDetail.as_view(), name="api_lesson"),
    path("drives/", DriveList.as_view(), name="api_drives"),
    path("tasks/", TaskList.as_view(), name="api_tasks"),
    path("visits/", VisitList.as_view(), name="api_visits"),
    path("hours/", BestHours.as_view(), name="api_hours"),
    path("segments/", Segments.as_view(), name="api_segments"),
    path("rfm/", Rfm.as_view(), name="api_rfm"),
    path("cohorts/", Cohorts.as_view(), name="api_cohorts"),
    path("alerts/", AlertList.as_view(), name="api_alerts"),
    path("channels/", Channels.as_view(), name="api_channels"),
    path("spend/", SpendList.as_view(), name="api_spend"),
    path("funnel/", Funnel.as_view(), name="api_funnel"),
    path("lifecycle-map/", LifecycleMap.as_view(), name="api_lifecycle_map"),
    path("quadrants/", Quadrants.as_view(), name="api_quadrants"),
    path("growth/", Growth.as_view(), name="api_growth"),
    path("signups/", Signups.as_view(), name="api_signups"),
    path("imports/", ImportList.as_view(), name="api_imports"),
    path("imports/<int:file_id>/", ImportDetail.as_view(), name="api_import"),
    path("imports/<int:file_id>/problems/", ImportProblems.as_view(), name="api_import_problems"),
    path("imports/<int:file_id>/commit/", ImportCommit.as_view(), name="api_import_commit"),
    path("notifications/", NoticeList.as_view(), name="api_notifications"),
    path("notifications/<int:notice_id>/read/", NoticeRead.as_view(), name="api_notification_read"),
    re_path(r".*[^/]$", error_answers.without_slash, name="api_without_slash"),
]
