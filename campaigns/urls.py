"""Every desk page of the app on one screen, slice by slice. Pages that put several slices together live in boards."""

from django.urls import URLPattern, path

from campaigns.boards import callback_profile, lesson_pages, practice_deeds
from campaigns.boards.cases import batch_line
from campaigns.boards.cases import by_hand as case_by_hand
from campaigns.boards.cases import files as case_files
from campaigns.boards.cases import steps as case_steps
from campaigns.boards.cases import views as cases
from campaigns.boards.channels import people as channel_people
from campaigns.boards.channels import views as channels_compared
from campaigns.boards.cues import files as cue_files
from campaigns.boards.cues import scripts as cue_scripts
from campaigns.boards.cues import sheets as cue_sheets
from campaigns.boards.drives import edit as drive_edit
from campaigns.boards.drives import paper as drive_print
from campaigns.boards.drives import share as drive_share
from campaigns.boards.drives import steps as drive_steps
from campaigns.boards.drives import task as drive_task
from campaigns.boards.drives import task_list as drive_tasks
from campaigns.boards.drives import views as drives
from campaigns.boards.hours import files as hours_files
from campaigns.boards.hours import views as hours
from campaigns.boards.supervisor import building as supervisor_building
from campaigns.boards.supervisor import refused
from campaigns.boards.supervisor import to_do as supervisor_tasks
from campaigns.boards.supervisor import views as supervisor
from campaigns.boards.visits import files as visit_table_files
from campaigns.boards.visits import people as visit_table_people
from campaigns.boards.visits import table as visit_table

# /drives/
drive_urls: list[URLPattern] = [
    path("drives/", drives.drives, name="drives"),
    path("drives/new/", drive_edit.drive_new, name="drive-new"),
    path("drives/from-list/", drive_edit.drive_from_list, name="drive-from-list"),
    path("drives/preview/", drive_edit.drive_preview, name="drive-preview"),
    path("drives/<slug:number>/", drives.drive, name="drive"),
    path("drives/<slug:number>/edit/", drive_edit.drive_edit, name="drive-edit"),
    path("drives/<slug:number>/start/", drive_steps.drive_start, name="drive-start"),
    path("drives/<slug:number>/end/", drive_steps.drive_end, name="drive-end"),
    path("drives/<slug:number>/off/", drive_steps.drive_off, name="drive-off"),
    path("drives/<slug:number>/people/", drives.drive_people, name="drive-people"),
    path("drives/<slug:number>/share/", drive_share.drive_share, name="drive-share"),
    path("drives/<slug:number>/print/", drive_print.drive_print, name="drive-print"),
    path("drives/<slug:number>/tasks/", drive_tasks.drive_tasks, name="drive-tasks"),
    path("drives/<slug:number>/tasks.csv", drive_tasks.drive_csv, name="drive-csv"),
    path("drives/<slug:number>/tasks/<int:task_id>/", drive_task.drive_task, name="drive-task"),
    path("drives/<slug:number>/tasks/<int:task_id>/record/", drive_task.drive_record, name="drive-record"),
    path("drives/<slug:number>/tasks/<int:task_id>/undo/<uuid:event>/", drive_task.drive_undo, name="drive-undo"),
    path("drives/<slug:number>/tasks/<int:task_id>/leave-out/", drive_task.drive_leave_out, name="drive-leave-out"),
]

# /supervisor/ /visits/ /hours/
board_urls: list[URLPattern] = [
    path("supervisor/", supervisor.supervisor, name="supervisor"),
    path("supervisor/tasks/", supervisor_tasks.supervisor_tasks, name="supervisor-tasks"),
    path("supervisor/rows/", supervisor.supervisor_rows, name="supervisor-rows"),
    path(
        "supervisor/<int:station_id>/<str:building>/",
        supervisor_building.supervisor_building,
        name="supervisor-building",
    ),
    path("visits/", visit_table.visits, name="visits"),
    path("visits/csv/", visit_table_files.visits_csv, name="visits-csv"),
    path("visits/xlsx/", visit_table_files.visits_xlsx, name="visits-xlsx"),
    path("visits/doors/", visit_table_people.visit_doors, name="visit-doors"),
    path("visits/people/", visit_table_people.visit_people, name="visit-people"),
    path("visits/channels/", channels_compared.channels_compared, name="channels-compared"),
    path("visits/channels/people/", channel_people.channel_people, name="channel-people"),
    path("hours/", hours.best_hours, name="best-hours"),
    path("hours/csv/", hours_files.best_hours_csv, name="best-hours-csv"),
]

# /cues/
cue_urls = [
    path("cues/", cue_sheets.cues, name="cues"),
    path("cues/draw/", cue_sheets.cues_draw, name="cues-draw"),
    path("cues/print/", cue_sheets.cues_print, name="cues-print"),
    path("cues/csv/", cue_files.cues_csv, name="cues-csv"),
    path("cues/scripts/", cue_scripts.cue_scripts, name="cue-scripts"),
]

# /supervisor/refused/
refused_urls = [
    path("supervisor/refused/", refused.refused_events, name="refused-events"),
    path("supervisor/refused/seen/", refused.refused_seen, name="refused-seen"),
    path("supervisor/refused/<int:event_id>/take/", refused.refused_take, name="refused-take"),
]

# /cases/
case_urls: list[URLPattern] = [
    path("cases/", cases.cases, name="cases"),
    path("cases/cases.csv", case_files.cases_csv, name="cases-csv"),
    path("cases/new/", case_by_hand.case_new, name="case-new"),
    path("cases/of-alert/<int:alert_id>/", case_steps.case_open, name="case-open"),
    path("cases/<slug:number>/", cases.case, name="case"),
    path("cases/<slug:number>/people/", cases.case_people, name="case-people"),
    path("cases/<slug:number>/split.csv", case_files.case_split_csv, name="case-split-csv"),
    path("cases/<slug:number>/callbacks.csv", case_files.case_callbacks_csv, name="case-callbacks-csv"),
    path("cases/<slug:number>/do/<slug:deed>/", case_steps.case_deed, name="case-deed"),
    path("cases/<slug:number>/practice/<slug:deed>/", practice_deeds.practice_deed, name="practice-deed"),
    path("cases/<slug:number>/processes.csv", practice_deeds.practice_csv, name="practice-csv"),
    path("batches/<int:batch_id>/case/", batch_line.batch_case, name="batch-case"),
    path("customers/<int:customer_id>/callbacks/", callback_profile.customer_callbacks, name="customer-callbacks"),
]

# /lessons/
lesson_urls = [
    path("lessons/", lesson_pages.lessons, name="lessons"),
    path("lessons/<int:lesson_id>/", lesson_pages.lesson, name="lesson"),
    path("lessons/<int:lesson_id>/remind/", lesson_pages.lesson_remind, name="lesson-remind"),
    path("lessons/<int:lesson_id>/receipts.csv", lesson_pages.lesson_csv, name="lesson-csv"),
]

urlpatterns = [*lesson_urls, *case_urls, *refused_urls, *drive_urls, *board_urls, *cue_urls]
