"""Cue sheets as a file: the doors of a day, masked; taking it is a line of the log."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.boards.cues import cards as cue_cards
from campaigns.boards.cues import sheets as cue_sheets
from campaigns.boards.cues.cards import Card
from campaigns.cuesheets import queries, rules
from communities import rates
from communities.access import DeskRequest, desk_page
from communities.rules import EXPORT
from opsdesk.lib import exports, phones
from users.directory import actions as directory
from users.lifecycle.rules import LABELS


@desk_page(EXPORT)
@require_POST
def cues_csv(request: DeskRequest) -> HttpResponse:
    """The sheet looked at, or all sheets of the day in reach."""
    shown, desk = cue_sheets.of_request(request), request.desk
    try:
        rates.may_export(desk.staff)
    except rates.TooMany as limit:
        said = _("%(n)s exports within an hour are the limit; nothing was taken. Try again later.")
        messages.error(request, said % {"n": limit.args[0]})
        return redirect(f"{reverse('cues')}?{request.GET.urlencode()}")
    sheets = [shown.sheet] if shown.sheet else shown.sheets
    found = queries.cues(desk.scope, shown.day).filter(sheet__in=sheets)
    now = timezone.localtime()
    mark = _("Exported by %(who)s, %(when)s") % {"who": desk.staff, "when": f"{now:%Y-%m-%d %H:%M}"}
    written = exports.write(exports.CSV, _head(), _rows(cue_cards.of_cues(found)), mark)
    directory.log_export(desk.staff, what="cues", rows=written.rows, day=shown.day.isoformat())
    return exports.answer(written, exports.CSV, f"cues-{shown.day:%Y%m%d}")


def _head() -> list[str]:
    before = [_("Community"), _("Station"), _("Building"), _("Unit"), _("Room"), _("Name"), _("Phone"), _("Class")]
    words = [_("Occasion"), _("What to say"), _("Coupon"), _("Recommended goods")]
    return [*before, *words, *(_(label) for label in rules.TICKS.values()), _("Cancelled")]


def _rows(cards: Iterable[Card]) -> Iterator[list[Any]]:
    for card in cards:
        cue = card.cue
        yield [
            str(cue.sheet.community), str(cue.sheet.station or ""), cue.building, cue.unit, cue.room, card.name,
            phones.mask(cue.customer.phone), _(LABELS.get(cue.lifecycle, "")) if cue.lifecycle else "",
            card.kind_word, "".join(sentence.text for sentence in card.script).strip(), card.coupon,
            _(", ").join(f"{one.name} {one.price}" for one in card.goods),
            *("1" if what in cue.ticks else "" for what in rules.TICKS), "1" if cue.gone else "",
        ]  # fmt: skip
