"""Calls to customers whom an incident touched: who may call whom, and what was answered. A call is one conditional
update, so that two people with one number in hand record one answer."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from campaigns.cases import rules
from campaigns.cases.lessons import AT_STATION
from campaigns.cases.models import Callback, Case
from communities.actions import write_log
from communities.models import Assignment, StaffAct, StaffMember
from communities.notices import actions as notices
from communities.scoping import Scope
from opsdesk.lib import limits, phones
from opsdesk.lib.words import N_
from users.contact import actions as contact
from users.contact.models import Touch, WishChange
from users.customers.models import Customer
from users.orders.models import Category
from users.purchases.models import Origin

TRIES = 3  # not reached so often, nobody tries again
TO_CALL = Q(state="open") | Q(state="missed", tries__lt=TRIES)
REASON = "aftersales"  # why a number is seen
KIND = N_("Call back")
DRAWN = N_("Customers to call back because of an incident: %(n)s")
_ANSWERED = ("done", "refused")
_NOTHING = {"state": "open", "came_back": "", "cause": "", "words": "", "by": None, "at": None}

# For contact.actions.touch_all: the call at which a customer was spoken to.
_TOUCH = """
SELECT b.customer_id, b.community_id, b.at, 'phone', 'case', b.case_id, 'done', '', '', '', NULL, 0, NULL, 0, b.by_id,
       NULL FROM campaigns_callback b WHERE b.id = %(callback)s
"""


@dataclass(frozen=True)
class Answer:
    """What a call brought. `state`: done | missed | refused; the rest is of those who answered."""

    state: str
    came_back: str = ""
    cause: str = ""
    words: str = ""

    def fields(self) -> dict[str, Any]:
        if self.state != "done":
            return {"state": self.state, "came_back": "", "cause": "", "words": ""}
        words = phones.mask_within(self.words.strip())[:500]
        return {"state": "done", "came_back": self.came_back, "cause": self.cause, "words": words}


# -- Reads ---------------------------------------------------------------------------------------------------------


def in_reach(scope: Scope) -> QuerySet[Callback]:
    """Of open cases, with the customer, who must be in reach still and may be called (callback_of_a_station)."""
    people = Customer.objects.visible_to(scope)
    found = Callback.objects.filter(scope.condition(), customer_id__in=people.values("id"))
    found = found.exclude(case__state__in=rules.FINISHED).select_related("case__community", "station", "by")
    return found.select_related("customer").order_by("tries", "at", "id")


def to_call(scope: Scope) -> QuerySet[Callback]:
    """Those never tried first, then the one whose last try is oldest; nobody who asked not to be called."""
    hushed = Q(customer__wish__do_not_contact=True) | Q(customer__wish__refused__contains=["phone"])
    return in_reach(scope).filter(TO_CALL).exclude(hushed)


def is_revealed(callback: Callback, by: StaffMember, at: datetime) -> bool:
    """Whether they have been counted for seeing the number for the call that is to be made, within the hour before `at`
    that is counted over: a form that comes back, or a page drawn again, is no second look (act_of_a_person)."""
    hour = at - timedelta(seconds=limits.REVEALS.seconds)
    since = max(hour, callback.at) if callback.at else hour
    seen = StaffAct.objects.filter(staff=by, verb="reveal", at__gt=since, reason=REASON)
    return seen.filter(thing="customer", thing_id=callback.customer_id).exists()


def called(scope: Scope) -> QuerySet[Callback]:
    """Those that are over, the newest first."""
    return in_reach(scope).exclude(TO_CALL).order_by(F("at").desc(nulls_last=True), "-id")


def of_customer(customer_id: int) -> list[Callback]:
    """Every call to one customer, made or to make, of open and closed cases, the newest first (few a customer)."""
    found = Callback.objects.filter(customer=customer_id).select_related("case__community", "station", "by")
    return list(found.order_by(F("at").desc(nulls_first=True), "-id"))


def began(customer_id: int) -> tuple[date, str] | None:
    """The day of the first purchase and what it was mostly of (keys of Origin and Category)."""
    origin = Origin.objects.filter(customer_id=customer_id).first()
    if origin is None:
        return None
    names = Category.objects.filter(pk=origin.category_id or 0).values_list("name", flat=True)
    return origin.first_day, names.first() or ""


# -- Told ----------------------------------------------------------------------------------------------------------


def tell(case: Case) -> int:
    """Everybody at the stations whose customers were drawn, how many there are to call; once a draw."""
    waiting = Callback.objects.filter(case=case, station__is_active=True).filter(TO_CALL)
    return sum(
        notices.tell(
            Assignment.objects.filter(station=station, role__in=AT_STATION).values_list("staff_id", flat=True),
            kind=KIND, text=DRAWN, key=f"callbacks-{case.pk}", occasion=str(n), icon="phone-call",
            params={"n": n}, href=reverse("phone-callbacks"),
        )
        for station, n in waiting.order_by("station").values_list("station").annotate(n=Count("id"))
    )  # fmt: skip


# -- Writes --------------------------------------------------------------------------------------------------------


@transaction.atomic
def record(callback: Callback, answer: Answer, *, tries: int, by: StaffMember) -> bool:
    """One call more: whether it holds. `tries`: how many there were when the page was drawn; somebody else's call
    since then stands, one's own pressed twice is one."""
    now = timezone.now()
    free = Callback.objects.filter(TO_CALL, pk=callback.pk, tries=tries).exclude(case__state__in=rules.FINISHED)
    if not free.update(**answer.fields(), tries=tries + 1, by=by, at=now):
        return _is_told(callback, answer, tries + 1, by)
    if answer.state in _ANSWERED:
        _touch(callback)
    _log("record", callback, by, state=answer.state, tries=tries + 1)
    return True


def _is_told(callback: Callback, answer: Answer, tries: int, by: StaffMember) -> bool:
    return Callback.objects.filter(pk=callback.pk, tries=tries, by=by, **answer.fields()).exists()


@transaction.atomic
def leave_alone(callback: Callback, *, tries: int, by: StaffMember) -> bool:
    """They want no more contact: nobody calls, writes or knocks from this moment on. The line of the ledger ends in
    the number of the call, by which it is found again."""
    if not record(callback, Answer("refused"), tries=tries, by=by):
        return False
    contact.change_wish(
        customer=_customer(callback), subject=WishChange.Subject.DO_NOT_CONTACT, allowed=False,
        way=WishChange.Way.STAFF, note=_mark(callback), by=by,
    )  # fmt: skip
    return True


@transaction.atomic
def undo(callback: Callback, *, tries: int, by: StaffMember) -> bool:
    """Take the last call back, with the wish it told of; whether it was still the last, and one's own."""
    before = _NOTHING | ({"state": "missed"} if tries > 1 else {})
    last = Callback.objects.filter(pk=callback.pk, tries=tries, by=by).exclude(state="open")
    if not tries or not last.update(**before, tries=tries - 1):
        return False
    _unwish(callback, by)
    mine = Touch.objects.filter(customer=callback.customer_id, thing="case", thing_id=callback.case_id, channel="phone")
    mine.filter(state="done").update(state="blocked", blocked_by="off")
    _log("undo", callback, by, tries=tries)
    return True


def _unwish(callback: Callback, by: StaffMember) -> None:
    said = WishChange.objects.filter(customer=callback.customer_id, subject="dnc", note=_mark(callback), allowed=False)
    if newest := said.order_by("-id").first():
        contact.take_back(newest, by)


def _touch(callback: Callback) -> None:
    """Once a customer and case; a call that was taken back counts again when it is told again."""
    mine = Touch.objects.filter(customer=callback.customer_id, thing="case", thing_id=callback.case_id, channel="phone")
    if not mine.update(state="done", blocked_by="", at=timezone.now()):
        contact.touch_all(_TOUCH, {"callback": callback.pk})


def _customer(callback: Callback) -> Customer:
    found: Customer = Customer.objects.unscoped("the customer of a callback in reach").get(pk=callback.customer_id)
    return found


def _mark(callback: Callback) -> str:
    return f"callback #{callback.pk}"


def _log(verb: str, callback: Callback, by: StaffMember, **detail: Any) -> None:
    write_log(
        staff=by, verb=verb, thing="callback", thing_id=callback.pk, community_id=callback.community_id or None,
        detail={"case": callback.case.number, **detail},
    )  # fmt: skip
