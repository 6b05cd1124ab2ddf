"""The door Django looks through: names every slice's models. Code imports the slices."""

from coupons.batches.models import *
from coupons.budgets.models import *
from coupons.definitions.models import *
from coupons.effects.models import *
from coupons.grants.models import *
from coupons.handover.models import *
from coupons.reminders.models import *
from coupons.strategies.models import *
