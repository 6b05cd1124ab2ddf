"""What some people of the made-up city wish: no contact, no texts, no profiling."""

from collections.abc import Sequence

from communities.models import StaffMember
from opsdesk.demo.rhythm import stream
from users.contact import actions
from users.contact.models import WishChange
from users.customers.models import Customer

Subject, Way = WishChange.Subject, WishChange.Way

# (share of all customers, subject, channel, how it was said, what was noted)
WISHES: Sequence[tuple[float, str, str, str, str]] = (
    (0.004, Subject.DO_NOT_CONTACT, "", Way.DOOR, "请不要再上门"),
    (0.006, Subject.CHANNEL, "sms", Way.REPLY, "回复 T"),
    (0.003, Subject.PROFILING, "", Way.APP, ""),
)


def plant(seed: int, by: StaffMember) -> int:
    """Said by people drawn at random; how many."""
    everyone = list(Customer.objects.unscoped("the demo's wishes").order_by("id"))
    rng, said = stream(seed, "wishes"), 0
    for share, subject, channel, way, note in WISHES:
        for customer in rng.sample(everyone, round(share * len(everyone))):
            actions.change_wish(
                customer=customer, subject=subject, channel=channel, allowed=False, way=way, note=note, by=by
            )
            said += 1
    return said
