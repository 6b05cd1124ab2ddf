"""The door Django looks through: names every slice's models. Code imports the slices."""

from campaigns.cases.models import *
from campaigns.cuesheets.models import *
from campaigns.drives.models import *
from campaigns.visits.models import *
