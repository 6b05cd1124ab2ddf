"""The text that goes with a batch's coupons: each a touch of its own channel and a message in the outbox, once."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from coupons.batches import audience
from coupons.batches.models import Batch
from users.contact import actions as contact
from users.contact import queries as contact_queries
from users.outbox import actions as outbox

# Of the chunk's people with a coupon; whom the text may not reach (any more) has a touch that says so.
_TOUCHES = """
SELECT c.customer_id, c.community_id, %(at)s, %(channel)s, 'batch', %(batch)s,
       CASE gate.reason WHEN '' THEN 'waiting' ELSE 'blocked' END, gate.reason, c.lifecycle, c.rfm_class, %(as_of)s,
       %(policy_version)s, %(version)s, 0, %(operator)s, %(approval)s
  FROM issue_chunk c JOIN ({gate}) gate USING (customer_id) WHERE c.reason = ''
"""
# Index touch_once. The places are those of strategies.rules.PLACES, which `filled` fills the same way.
_TEXTS = """
SELECT t.customer_id, t.id, t.channel, 'batch:' || t.thing_id || ':' || t.customer_id, 'batch', t.thing_id,
       left(replace(replace(replace(%(text)s, '{name}', p.name), '{coupon}', %(coupon_name)s), '{ends}', %(ends)s),
            500), %(not_before)s, %(expires_at)s
  FROM issue_chunk c
  JOIN users_touch t ON t.customer_id = c.customer_id AND t.thing = 'batch' AND t.thing_id = %(batch)s
   AND t.channel = %(channel)s AND t.state = 'waiting'
  JOIN users_customer p ON p.id = c.customer_id
 WHERE c.reason = ''
"""


def write(batch: Batch, at: datetime, said: dict[str, Any], by_class: bool) -> int:
    """Queue the texts of a chunk; how many. A text of the night waits for the morning. Before the coupons' own
    touches, so that both were judged by what reached the customer earlier, as when the audience was frozen."""
    if not batch.message_channel:
        return 0
    moment = audience.reached_at(batch, at)
    told = said | {"channel": batch.message_channel, "text": batch.message, "coupon_name": batch.coupon.name}
    told |= {"not_before": moment, "ends": last_day(said["expires_at"])}
    people = "SELECT customer_id FROM issue_chunk WHERE reason = ''"
    gate, params = contact_queries.gate(people, told, channel=batch.message_channel, at=moment, by_class=by_class)
    contact.touch_all(_TOUCHES.format(gate=gate), params)
    return outbox.queue_all(_TEXTS, told)


def last_day(expires_at: datetime) -> str:
    """The last day on which it is worth something, as a message names it."""
    return timezone.localtime(expires_at - timedelta(microseconds=1)).date().isoformat()
