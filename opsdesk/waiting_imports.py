"""What an importer is to look after: files that wait or left rows out, communities whose orders fall behind."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from communities import rules
from communities.access import Desk
from opsdesk.lib.figures import count
from opsdesk.waiting_lines import Item
from users.imports.models import ImportFile
from users.imports.pages import queries as imports
from users.pulse import queries as pulse

EACH = 3  # imports with rows left out that are named one by one


def imports_of_mine(desk: Desk, now: dt.datetime) -> Iterator[Item]:
    """Files to be written, and those of the last two weeks that left rows out; in one statement."""
    mine, left_out = imports.files_for(desk.scope_for(rules.IMPORT), desk.staff), imports.left_out_lately(now)
    found = list(mine.filter(Q(state=ImportFile.State.READY) | left_out).order_by("-id")[:10])
    yield from (_to_write(file) for file in found if file.state == ImportFile.State.READY)
    done = [file for file in found if file.state == ImportFile.State.DONE]
    yield from (_left_out(file) for file in done) if len(done) <= EACH else [_left_out_of_many(mine.filter(left_out))]


def _to_write(file: ImportFile) -> Item:
    return Item(
        "upload",
        gettext("Import"),
        gettext("%(file)s is checked and waits to be written") % {"file": file.name},
        _rows(file.rows),
        file.uploaded_at,
        gettext("Decide"),
        reverse("import", args=[file.id]),
    )


def _left_out(file: ImportFile) -> Item:
    left_out = ngettext("%(n)s row", "%(n)s rows", file.refused) % {"n": count(file.refused)}
    return Item(
        "file-alert",
        gettext("Problem"),
        gettext("Batch #%(id)s: %(rows)s left out") % {"id": file.id, "rows": left_out},
        gettext("%(rows)s are in") % {"rows": _rows(file.rows - file.refused)},
        file.committed_at,
        gettext("Mend"),
        reverse("import", args=[file.id]),
    )


def _left_out_of_many(files: QuerySet[ImportFile]) -> Item:
    sums = files.order_by().aggregate(n=Count("id"), refused=Sum("refused"), since=Min("committed_at"))
    words = ngettext("%(n)s import left out %(rows)s", "%(n)s imports left out %(rows)s", sums["n"])
    rows = ngettext("%(n)s row", "%(n)s rows", sums["refused"]) % {"n": count(sums["refused"])}
    return Item(
        "file-alert",
        gettext("Problem"),
        words % {"n": count(sums["n"]), "rows": rows},
        gettext("of the last two weeks"),
        sums["since"],
        gettext("Mend"),
        f"{reverse('imports')}?left_out=1",
    )


def lagging_communities(desk: Desk, now: dt.datetime) -> Iterator[Item]:
    names = {community.id: community.name for community in desk.communities}
    for lag in pulse.lagging(list(names)):
        yield Item(
            "clock",
            gettext("Data"),
            gettext("%(community)s: orders stop at %(day)s")
            % {"community": names[lag.community_id], "day": lag.last_day.isoformat()},
            ngettext("%(n)s day behind the others", "%(n)s days behind the others", lag.days_behind)
            % {"n": lag.days_behind},
            dt.datetime.combine(lag.last_day, dt.time.max, now.tzinfo),
            gettext("Import"),
            reverse("imports"),
        )


def _rows(n: int) -> str:
    return ngettext("%(n)s row", "%(n)s rows", n) % {"n": count(n)}
