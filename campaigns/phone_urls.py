"""Every phone page of the field staff on one screen. Mounted at /phone/."""

from django.urls import path

from campaigns.boards import callback_phone, lesson_phone
from campaigns.boards.cues import phone as cue_phone
from campaigns.boards.phone import door, events, my_day, walk

# my day, a door, outcomes
day_urls = [
    path("", my_day.my_day, name="my-day"),
    path("lists/", my_day.lists, name="phone-lists"),
    path("walk/<slug:number>/<int:station_id>/<int:person_id>/", walk.walk_list, name="walk-list"),
    path("messages/", my_day.messages, name="phone-messages"),
    path("me/", my_day.me, name="phone-me"),
    path("token/", my_day.token, name="phone-token"),
    path("worker.js", my_day.worker, name="phone-worker"),
    path("many/", door.door_many, name="door-many"),
    path("tasks/<int:task_id>/", door.door, name="door"),
    path("tasks/<int:task_id>/outcome/", door.door_outcome, name="door-outcome"),
    path("tasks/<int:task_id>/call/", door.door_call, name="door-call"),
    path("tasks/<int:task_id>/events/<uuid:event>/undo/", door.door_undo, name="door-undo"),
    path("tasks/<int:task_id>/events/<uuid:event>/correct/", door.door_correct, name="door-correct"),
]

# what to say with today's deliveries
cue_urls = [
    path("cues/", cue_phone.cues_phone, name="cues-phone"),
    path("cues/<int:cue_id>/tick/", cue_phone.cue_tick, name="cue-tick"),
]

# what was told to all stations
lesson_urls = [
    path("lessons/", lesson_phone.phone_lessons, name="phone-lessons"),
    path("lessons/<int:lesson_id>/", lesson_phone.phone_lesson, name="phone-lesson"),
    path("lessons/<int:lesson_id>/read/", lesson_phone.phone_lesson_read, name="phone-lesson-read"),
    path("lessons/<int:lesson_id>/unread/", lesson_phone.phone_lesson_unread, name="phone-lesson-unread"),
]

# whom to call because of an incident
callback_urls = [
    path("callbacks/", callback_phone.phone_callbacks, name="phone-callbacks"),
    path("callbacks/<int:callback_id>/", callback_phone.phone_callback, name="phone-callback"),
    path("callbacks/<int:callback_id>/number/", callback_phone.phone_callback_number, name="phone-callback-number"),
    path("callbacks/<int:callback_id>/record/", callback_phone.phone_callback_record, name="phone-callback-record"),
    path(
        "callbacks/<int:callback_id>/undo/<int:tries>/",
        callback_phone.phone_callback_undo,
        name="phone-callback-undo",
    ),
]

# what a phone kept, handed over
event_urls = [path("events/", events.phone_events, name="phone-events")]

urlpatterns = [*day_urls, *cue_urls, *lesson_urls, *callback_urls, *event_urls]
