"""Why an upload is not taken now, and what helps."""

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext

from opsdesk.lib import rates
from opsdesk.lib.rates import TooOften
from users.imports.allowance import NoRoom


def happened(error: TooOften | NoRoom) -> str:
    if isinstance(error, TooOften):
        return gettext("%(n)s imports within an hour are the limit; this one was not taken.") % {"n": error.most}
    told = {"kept": filesizeformat(error.kept), "most": filesizeformat(error.most)}
    return gettext("Your uploads take %(kept)s; %(most)s are kept for one person. This one was not taken.") % told


def todo(error: TooOften | NoRoom) -> str:
    wait = {"wait": rates.waiting(error.wait)}
    if isinstance(error, TooOften):
        return gettext("Try again in %(wait)s, or let a colleague send it.") % wait
    return gettext("Let go of an upload on the page of its import; the oldest goes by itself in %(wait)s.") % wait


def sentence(error: TooOften | NoRoom) -> str:
    return f"{happened(error)} {todo(error)}"
