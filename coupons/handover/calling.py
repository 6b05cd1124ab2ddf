"""The job that hands parcels to the shop by a signed call, each at most once.

A parcel is taken (`sending`, committed) before the shop hears of it and settled after it has answered. Whoever dies in
between leaves a parcel that nobody knows the fate of: it becomes `unknown` and waits for a person.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from communities.actions import write_log
from coupons.handover import queries
from coupons.handover.models import Parcel
from opsdesk.lib import webhook
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs import wake
from opsdesk.lib.runs.actions import Hold
from opsdesk.lib.runs.models import Job
from opsdesk.lib.sms import providing
from opsdesk.lib.sms.posting import NoAnswer, NotReached
from opsdesk.lib.webhook import Target

KIND = "call_shop"
State = Parcel.State


def queue() -> Job:
    """One open job makes whatever calls are due."""
    job = runs.queue(KIND, slot="all")
    wake.on_commit(job)
    return job


def call(hold: Hold) -> Mapping[str, Any]:
    """Handler of KIND. Without an address parcels wait."""
    return drain(settings.SHOP, hold, timezone.now)


def drain(shop: Target | None, hold: Hold, clock: Callable[[], datetime]) -> dict[str, int]:
    """Every parcel due, one call each; counts by what became of them. Ends early while the shop is not there."""
    told = {"unknown": give_up_silent(clock())}
    while shop is not None and (parcel := queries.due(clock()).first()):
        hold.beat(done=told.get("done", 0))
        word = hand_over(parcel, shop, clock)
        told[word] = told.get(word, 0) + 1
        if word == State.WAITING:
            break
    return told


def hand_over(parcel: Parcel, shop: Target, clock: Callable[[], datetime]) -> str:
    """One call; the state the parcel has by it, or `taken` (by others)."""
    body = json.dumps(queries.contents(parcel), ensure_ascii=False, separators=(",", ":")).encode()
    at = clock()
    if not begin(parcel, body, at):
        return "taken"
    state, answer = _asked(shop, body, at)
    end(parcel, at, state, answer, clock())
    return state


def _asked(shop: Target, body: bytes, at: datetime) -> tuple[str, str]:
    """The state that the answer proves, and what was said. A redirect is a refusal: it is not followed."""
    try:
        status, text = webhook.post(shop, body, int(at.timestamp()))
    except NotReached as error:
        return State.WAITING, f"not reached: {error}"
    except webhook.Forbidden as error:
        return State.FAILED, f"{error} is not a public address"
    except NoAnswer as error:
        return State.UNKNOWN, str(error)
    return (State.DONE if 200 <= status < 300 else State.FAILED), f"HTTP {status} {text}"


@transaction.atomic
def begin(parcel: Parcel, body: bytes, at: datetime) -> bool:
    """Take a waiting parcel, committed before the shop hears of it; False: it is not free. Whole phones leave the
    house with it, so it stands in the log."""
    digest = hashlib.sha256(body).hexdigest()
    free = Parcel.objects.filter(pk=parcel.pk, state=State.WAITING, way=Parcel.Way.CALL)
    if not free.update(state=State.SENDING, sending_since=at, digest=digest, tries=F("tries") + 1):
        return False
    write_log(staff=parcel.by, verb="hand_over", thing="parcel", thing_id=parcel.pk, reason="call to the shop",
              detail={"batch": parcel.batch_id, "coupons": parcel.grants, "digest": digest})  # fmt: skip
    return True


def end(parcel: Parcel, since: datetime, state: str, answer: str, at: datetime) -> bool:
    """Keep what the shop said to the call that began at `since`. False when it has been decided meanwhile."""
    mine = Parcel.objects.filter(pk=parcel.pk, sending_since=since, state__in=(State.SENDING, State.UNKNOWN))
    ended_at = None if state == State.WAITING else at
    said = "".join(sign if sign.isprintable() else " " for sign in answer)
    return bool(mine.update(state=state, answer=providing.told(said), ended_at=ended_at))


def give_up_silent(at: datetime) -> int:
    """Calls that have said nothing for long become `unknown`, never to be repeated by themselves; how many."""
    return queries.silent(at).update(state=State.UNKNOWN, answer="its worker died", ended_at=at)
