"""Who may give which role to whom. Nobody changes their own, and nobody gives more than they hold."""

from collections.abc import Iterable
from typing import Any

from communities.rules import CHANGE_STAFF, PHONE, ROLES, Grant, may
from opsdesk.lib.words import N_


class NotAllowed(ValueError):
    """`message` is an English msgid with %(name)s places; `params` fills them."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message % params)
        self.message, self.params = message, params


OWN_ROLES = N_("Nobody changes their own roles. Ask a colleague who manages staff.")
LAST_KEEPER = N_("Then nobody would be left who can manage staff. Give somebody else that role first.")
OUT_OF_REACH = N_("This person holds more than you do, so only somebody with at least those roles can change them.")
MORE_THAN_OWN = N_("You can give roles that open no more than your own, in the places where you hold yours.")


def reaches(holder: Grant, other: Grant) -> bool:
    """Whether the place of one assignment contains the place of another."""
    if holder.station_id is not None:
        return holder.station_id == other.station_id
    if holder.community_id is not None:
        return holder.community_id in (other.community_id, other.station_community_id)
    return True


def may_give(own: Iterable[Grant], wanted: Grant) -> bool:
    """Whether somebody with these roles may give that one: they manage staff there, and hold all it opens there.

    The phone pages are no privilege: a manager gives them without walking from door to door.
    """
    there = [grant for grant in own if reaches(grant, wanted)]
    held = frozenset[str]().union(*(ROLES[grant.role].may for grant in there))
    return may(there, CHANGE_STAFF) and ROLES[wanted.role].may - {PHONE} <= held


def may_manage(own: Iterable[Grant], theirs: Iterable[Grant]) -> bool:
    """Whether somebody may close an account, reset its password or take its roles away."""
    own = list(own)
    return may(own, CHANGE_STAFF) and all(may_give(own, grant) for grant in theirs)
