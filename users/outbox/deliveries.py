"""Where a provider reports what became of messages. The address is the proof: its last part is signed."""

import json
from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from opsdesk.lib.sms import chosen
from users.outbox import actions

# Both providers take this for "received"; anything else makes them report again.
_RECEIVED = {"code": 0, "msg": "OK", "result": 0, "errmsg": "OK"}


@csrf_exempt
@require_POST
def sms_deliveries(request: HttpRequest, provider: str, signature: str) -> HttpResponse:
    """403 for an address that was not given to this provider, 400 for a report that cannot be read."""
    speaking = settings.SMS.provider
    expected = chosen.callback_signature(settings.SECRET_KEY, provider)
    if speaking is None or speaking.name != provider or not compare_digest(signature.encode(), expected.encode()):
        return JsonResponse({"code": 403, "msg": "not this address"}, status=403)
    try:
        told = speaking.deliveries(json.loads(request.body))
    except ValueError:
        return JsonResponse({"code": 400, "msg": "no report"}, status=400)
    actions.deliver(provider, told)
    return JsonResponse(_RECEIVED)
