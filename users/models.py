"""The door Django looks through: names every slice's models. Code imports the slices."""

from users.acquisition.models import *
from users.contact.models import *
from users.customers.models import *
from users.directory.models import *
from users.funnel.models import *
from users.growth.models import *
from users.imports.models import *
from users.lifecycle.models import *
from users.orders.models import *
from users.outbox.models import *
from users.pulse.models import *
from users.purchases.models import *
from users.retention.models import *
from users.rfm.models import *
