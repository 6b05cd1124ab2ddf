"""What the API answers when a step cannot be taken: the sentences of the pages, as refusals."""

from rest_framework import serializers, status
from rest_framework.exceptions import APIException, PermissionDenied

from communities.api_errors import Conflict
from coupons.batches import actions, approving
from coupons.boards import batch_answers as answers

CAUGHT = (actions.Conflict, actions.Busy, *answers.REFUSALS)
AGAIN_IN = 3  # seconds


class Busy(APIException):
    """Somebody else is at it; DRF says `wait` as Retry-After."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "busy"
    wait = AGAIN_IN


def refusal(error: Exception) -> APIException:
    """409 who was first, or what no longer holds; 403 four eyes; 400 a comment is needed; 503 somebody is at it."""
    words = answers.words(error)
    if isinstance(error, actions.Busy):
        return Busy(words)
    if isinstance(error, actions.FourEyes):
        return PermissionDenied(words, "four_eyes")
    if isinstance(error, actions.CommentNeeded):
        return serializers.ValidationError({"comment": [words]})
    if isinstance(error, approving.Refused):
        return Conflict(" ".join([words, *answers.refusal(error)[1]["reasons"]]), "refused")
    codes = {approving.Stale: "stale", actions.NotFrozen: "not_frozen"}
    return Conflict(words, codes.get(type(error)))
