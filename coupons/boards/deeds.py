"""What people do to a batch, over pages and API alike: the step, and then a word to whoever it concerns."""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction

from communities.models import StaffMember
from communities.rules import APPROVE_COUPONS, DRAFT_COUPONS
from communities.scoping import Scope
from coupons.batches import actions
from coupons.batches.models import Batch
from coupons.boards import telling
from coupons.boards.batch_forms import BatchForm
from coupons.grants import ending
from coupons.strategies.models import StrategyVersion
from users.outbox import actions as outbox

# A verb, and the right that it needs where the batch is.
NEEDS = {
    "freeze": DRAFT_COUPONS, "submit": DRAFT_COUPONS, "approve": APPROVE_COUPONS, "request_changes": APPROVE_COUPONS,
    "reject": APPROVE_COUPONS, "pause": APPROVE_COUPONS, "resume": APPROVE_COUPONS, "revoke": APPROVE_COUPONS,
}  # fmt: skip

Step = Callable[[int, int | None, StaffMember, str, datetime], Batch]


class OtherBody(Exception):
    """This key was sent with something else before."""


@transaction.atomic
def draft(
    form: BatchForm, *, scope: Scope, by: StaffMember, at: datetime, version: StrategyVersion | None = None,
    key: str = "", digest: str = "",
) -> Batch:  # fmt: skip
    """A draft of what a valid form says, with its audience read."""
    said = form.values()
    made = actions.draft(
        **{name: value for name, value in said.items() if name != "recipients"},
        quantity=said.get("recipients", 0), scope=scope, by=by, strategy_version=version, origin=_origin(form, version),
        key=key, digest=digest,
    )  # fmt: skip
    return actions.freeze(made.pk, at=at, by=by)


def draft_once(form: BatchForm, *, scope: Scope, by: StaffMember, at: datetime, key: str, digest: str) -> Batch:
    """The same for whoever may ask again with the same key: one batch, whoever asks at once. Raises OtherBody."""
    try:
        return draft(form, scope=scope, by=by, at=at, key=key, digest=digest)
    except IntegrityError:  # told at the same time
        if (made := drafted(key, digest)) is None:
            raise
        return made


def drafted(key: str, digest: str) -> Batch | None:
    """What was drafted with this key; None: nothing yet. Raises OtherBody."""
    made = Batch.objects.filter(key=key).first()
    if made is not None and made.digest != digest:
        raise OtherBody(key)
    return made


def _origin(form: BatchForm, version: StrategyVersion | None) -> str:
    if form.cleaned_data["open"]:
        return Batch.Origin.OPEN
    if version is not None:
        return Batch.Origin.STRATEGY
    return Batch.Origin.LIST if form.cleaned_data["audience"] else Batch.Origin.HAND


def take(verb: str, batch_id: int, revision: int | None, by: StaffMember, comment: str, at: datetime) -> Batch:
    """One of NEEDS, at the revision that was seen (None: whichever it is). Raises what the batch's actions raise."""
    batch = _STEPS[verb](batch_id, revision, by, comment, at)
    telling.of_step(verb, batch)
    return batch


def _freeze(batch_id: int, revision: int | None, by: StaffMember, comment: str, at: datetime) -> Batch:
    return actions.freeze(batch_id, at=at, by=by, revision=revision)


def _submit(batch_id: int, revision: int | None, by: StaffMember, comment: str, at: datetime) -> Batch:
    return actions.submit(batch_id, revision or 0, by, at)


def _approve(batch_id: int, revision: int | None, by: StaffMember, comment: str, at: datetime) -> Batch:
    return actions.approve(batch_id, revision or 0, by, comment, at)


def _request_changes(batch_id: int, revision: int | None, by: StaffMember, comment: str, at: datetime) -> Batch:
    return actions.request_changes(batch_id, revision or 0, by, comment, at)


def _reject(batch_id: int, revision: int | None, by: StaffMember, comment: str, at: datetime) -> Batch:
    return actions.reject(batch_id, revision or 0, by, comment, at)


def _pause(batch_id: int, revision: int | None, by: StaffMember, comment: str, at: datetime) -> Batch:
    return actions.pause(batch_id, by, at, comment, revision)


def _resume(batch_id: int, revision: int | None, by: StaffMember, comment: str, at: datetime) -> Batch:
    return actions.resume(batch_id, by, at, comment, revision)


def _revoke(batch_id: int, revision: int | None, by: StaffMember, comment: str, at: datetime) -> Batch:
    batch = actions.revoke(batch_id, by, comment, at, ending.void_open, revision)
    outbox.cancel("batch", batch_id)
    return batch


_STEPS: dict[str, Step] = {
    "freeze": _freeze, "submit": _submit, "approve": _approve, "request_changes": _request_changes, "reject": _reject,
    "pause": _pause, "resume": _resume, "revoke": _revoke,
}  # fmt: skip
