"""The two stories about whole weeks: the spoiled vegetables of one community, the star station of another.

Weeks are counted back from the week of `until`: 1 is the last whole week. Shares are met exactly, by counting off,
so that a small world tells the same story as a large one.
"""

from opsdesk.demo import places
from opsdesk.demo.records import Community
from opsdesk.demo.rhythm import Frame

BAD_WEEK_BACK = 6
BAD_WEEK_CROWD = 2.2
LEAF_SHARE = 0.75
LEAF_RETURNS = 0.02
OTHERS_RETURN = 0.36

STAR_FIRST_BACK = 5
STAR_RETURNS = 0.80


def is_bad_week(frame: Frame, place: Community, week: int) -> bool:
    return place.code == places.BAD_VEGETABLES and week == frame.week_back(BAD_WEEK_BACK)


def is_star_week(frame: Frame, place: Community, week: int) -> bool:
    return place.code == places.STAR and week >= frame.week_back(STAR_FIRST_BACK)


def crowd(frame: Frame, place: Community, week: int) -> float:
    """Factor on arrivals: the vegetables were on offer, so more people than usual came in that week."""
    return BAD_WEEK_CROWD if is_bad_week(frame, place, week) else 1.0
