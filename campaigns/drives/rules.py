"""Drives and tasks as values: their states, whom a drive leaves out, in which order doors are walked (pure)."""

import re

from opsdesk.lib.words import N_
from users.contact.rules import CHANNELS, PASSED_OVER, REASONS

STATES = {
    "draft": N_("draft"),
    "running": N_("running"),
    "ended": N_("ended"),
    "off": N_("called off"),
}
TASK_STATES = {
    "open": N_("to do"),
    "done": N_("done"),
    "closed": N_("closed by itself"),
}
CLOSED_BY = {
    "order": N_("has ordered"),
    "end": N_("the drive has ended"),
    "wish": N_("do not contact"),
    "left": N_("left out by the desk"),
}
# The channels a drive may use, in the order a new drive has them.
DRIVE_CHANNELS = ("door", "wechat", "phone", "group", "sms")
# Why somebody of the audience gets no task: the gate's words, and ours.
LEFT_OUT = REASONS | PASSED_OVER

Door = tuple[str, str, str]  # building, unit, room


def channel_label(channel: str) -> str:
    return CHANNELS[channel]


def floor_of(room: str) -> int | None:
    """The floor a room number tells: all but its last two digits; 502 is on the fifth, 1203 on the twelfth.
    None where it tells none (56, A, 3-B)."""
    return int(room[:-2]) if room.isascii() and room.isdigit() and 3 <= len(room) <= 5 else None


def walking_key(door: Door) -> tuple[tuple[bool, int, str], ...]:
    """Doors in the order they are walked: building by building, unit by unit, from the top floor down; numbers by
    their value (6 before 10), those without a number last."""
    building, unit, room = door
    floor = floor_of(room)
    return natural(building), natural(unit), (floor is None, -(floor or 0), ""), natural(room)


def natural(text: str) -> tuple[bool, int, str]:
    number = re.match(r"\d{1,9}", text)
    return number is None, int(number[0]) if number else 0, text
