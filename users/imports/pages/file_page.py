"""What the page of one file shows, by the state of the file: upload, preview, writing, report, or why not."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.forms import BoundField
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from communities.access import Desk
from communities.rules import REVEAL_PHONE, SEE_BOARDS, SEE_CUSTOMERS
from opsdesk.lib import figures
from opsdesk.lib.words import N_
from users.imports import actions, clearing, columns, inspection, queries, storage
from users.imports.inspection import Inspection
from users.imports.models import ImportFile
from users.imports.pages import effect_words, fault_words, job_words, understood, wanted
from users.imports.pages import queries as page_queries
from users.imports.pages.forms import CommunitiesForm, OptionsForm, SaveMappingForm
from users.imports.queries import ProblemGroup

State = ImportFile.State
Context = dict[str, Any]

# Always in the strip, in this order; other fields follow when the file has them, else stand folded below.
MAIN = (
    "phone", "name", "ordered_at", "address", "product", "category", "amount", "discount", "order_number", "community",
    "channel",
)  # fmt: skip
GROUPS_SHOWN = 8
FEW_ROWS_A_SECOND = 4000  # what a first estimate of writing goes by
# Why somebody may take the refused rows with their full phones.
REASONS = {
    "mend": N_("Mending the rows"),
    "ask": N_("Asking the shop"),
    "check": N_("Checking the import"),
    "other": N_("Other reason"),
}


def context(file: ImportFile, desk: Desk, today: date) -> Context:
    """Everything the page asks for; `part` and `dock` name its templates."""
    shared = {
        "file": file,
        "steps": steps(file),
        "head_actions": "users/imports/_file_actions.html",
        "may_let_go": clearing.may_let_go(file),
        "another": file.state in (State.READY, State.DONE, State.UNDONE),
        **downloads(desk),
    }
    return shared | _STATES[State(file.state)](file, desk, today)


def downloads(desk: Desk) -> Context:
    """What the menu of the error file asks for."""
    return {"may_reveal": desk.may(REVEAL_PHONE), "reasons": [(key, gettext(word)) for key, word in REASONS.items()]}


def steps(file: ImportFile) -> list[Context]:
    """Upload, preview, write, report: those behind, the one we stand at."""
    words = [gettext("Upload"), gettext("Preview"), gettext("Write"), gettext("Report")]
    here = {
        State.UPLOADED: 0, State.CHECKING: 0, State.REFUSED: 0, State.READY: 1, State.COMMITTING: 2, State.FAILED: 2,
        State.CANCELLED: 1,
    }.get(State(file.state), 3)  # fmt: skip
    return [{"label": word, "done": at < here, "current": at == here} for at, word in enumerate(words)]


def _checking(file: ImportFile, desk: Desk, today: date) -> Context:
    return {"part": "users/imports/_checking.html", "job": job_words.progress(file), "moving": ".job"}


def _ready(file: ImportFile, desk: Desk, today: date) -> Context:
    writes = file.rows - file.refused
    return _preview(file, desk, today) | {
        "dock": "users/imports/_dock_commit.html",
        "writes": writes,
        "seconds": max(1, writes / FEW_ROWS_A_SECOND),
        "save_form": SaveMappingForm(initial={"name": file.facts.get("mapping_name") or file.source.name}),
    }


def _committing(file: ImportFile, desk: Desk, today: date) -> Context:
    return _preview(file, desk, today) | {"locked": True, "dock": "users/imports/_dock_writing.html"} | writing(file)


def writing(file: ImportFile) -> Context:
    """The dock as a progress bar."""
    job = job_words.progress(file)
    leaving = gettext("You may leave this page; cancelling leaves not one row behind")
    return {"file": file, "job": job, "moving": ".dock-progress", "doing": job.title, "leaving": leaving}


def _preview(file: ImportFile, desk: Desk, today: date) -> Context:
    seen = Inspection.from_json(file.inspection)
    gazetteer = queries.gazetteer(file.options.get("communities"), bool(file.options.get("create_communities")))
    shown = understood.preview(seen, today, gazetteer, page_queries.service_categories())
    return {
        "part": "users/imports/_preview.html",
        "preview": shown,
        "remembered": _remembered(file),
        "checked": _checked(file),
        "notices": _notices(file, seen),
        "written_as": page_queries.twins_for(desk.scope, desk.staff, file).first(),
        "unknown": unknown_communities(file, desk),
        "effect_title": gettext("What this file will change"),
        "effect": effect_words.lines(file),
        **how_read(file, seen),
        **problems(file),
    }


def how_read(file: ImportFile, seen: Inspection, form: OptionsForm | None = None) -> Context:
    form = form or options_form(file, seen)
    shown = [*MAIN, *(key for key in columns.BY_KEY if key not in MAIN and key in seen.mapping.columns)]
    return {
        "options": form,
        "is_text": seen.kind != "xlsx",
        "identical": file.facts.get("identical", 0),
        "main_fields": [(form[f"column-{key}"], key in wanted.REQUIRED) for key in shown],
        "more_fields": [form[f"column-{key}"] for key in columns.BY_KEY if key not in shown],
        "word_fields": [form[name] for name in form.fields if name.startswith("word-")],
    }


def options_form(file: ImportFile, seen: Inspection, data: Any = None) -> OptionsForm:
    mapping = seen.mapping
    words = page_queries.unknown_words(file)
    initial: Context = {
        "encoding": file.options.get("encoding") or seen.encoding,
        "delimiter": file.options.get("delimiter") or seen.delimiter,
        "day_order": mapping.day_order,
        "source": file.source.name,
        "refund_prefixes": " ".join(mapping.refund_prefixes),
        "drop_identical": "1" if file.options.get("drop_identical", mapping.drop_identical) else "",
        **{f"column-{key}": header for key, header in mapping.columns.items()},
    }
    form = OptionsForm(data, headers=seen.headers, words=words, initial=initial)
    for field in form.fields.values():
        field.widget.attrs["data-submits"] = True
    return form


def unknown_communities(file: ImportFile, desk: Desk) -> list[tuple[BoundField, int]]:
    """Each unknown name with its rows, and what may be chosen for it. Names decided earlier come along."""
    form, rows = communities_form(file, desk), dict(map(tuple, file.facts.get("unknown_communities", [])))
    return [(form[f"community-{place}"], rows.get(name, 0)) for place, name in enumerate(form.names)]


def communities_form(file: ImportFile, desk: Desk, data: Any = None) -> CommunitiesForm:
    chosen = file.options.get("communities") or {}
    names = [*chosen, *(name for name, _rows in file.facts.get("unknown_communities", []) if name not in chosen)]
    initial = {f"community-{place}": chosen.get(name, "") for place, name in enumerate(names)}
    places = page_queries.open_communities(desk.scope)
    may_create = desk.scope.everywhere
    return CommunitiesForm(data, names=names, communities=places, may_create=may_create, initial=initial)


def problems(file: ImportFile) -> Context:
    """The most frequent groups of the same trouble, refusals first, each kind in the order of the file."""
    groups = queries.problem_groups(file)
    shown = sorted(groups[:GROUPS_SHOWN], key=lambda group: (not group.refused, group.line))
    noted = ngettext("%(n)s row taken with a remark", "%(n)s rows taken with a remark", file.notes)
    refused = ngettext("%(n)s row left out", "%(n)s rows left out", file.refused)
    words = [words % {"n": figures.count(n)} for words, n in ((refused, file.refused), (noted, file.notes)) if n]
    return {
        "groups": [_group(file, group) for group in shown],
        "more_groups": len(groups) > GROUPS_SHOWN,
        "problem_words": gettext(", ").join(words),
    }


def _group(file: ImportFile, group: ProblemGroup) -> Context:
    first = gettext("Line %(line)s") % {"line": figures.count(group.line)}
    more = ngettext("%(first)s, %(n)s place", "%(first)s and others, %(n)s places", group.rows)
    where = first if group.rows == 1 else more % {"first": first, "n": figures.count(group.rows)}
    return {
        "refused": group.refused,
        "where": where,
        "column": group.column,
        "value": group.value,
        "reason": gettext(group.reason),
        "advice": gettext(group.advice),
        "href": f"{reverse('import_problems', args=[file.pk])}?code={group.code}",
    }


def _remembered(file: ImportFile) -> str:
    name = file.facts.get("mapping_name")
    return gettext("columns as saved under %(name)s") % {"name": name} if name else ""


def _checked(file: ImportFile) -> str:
    rows, seconds = file.rows, float(file.facts.get("seconds") or 0)
    told = gettext("%(rows)s rows checked") % {"rows": figures.count(rows)}
    if not seconds:
        return told
    rate = {"seconds": figures.grouped(seconds, 1), "rate": figures.count(rows / seconds)}
    return told + gettext(" · %(seconds)s s · %(rate)s rows/s") % rate


def _notices(file: ImportFile, seen: Inspection) -> list[str]:
    told = [gettext(inspection.NOTICES[each.code]) % each.params for each in seen.notices]
    if rounded := file.facts.get("rounded"):
        words = ngettext("%(n)s line was rounded to whole fen.", "%(n)s lines were rounded to whole fen.", rounded)
        told.append(words % {"n": figures.count(rounded)})
    return told


def _done(file: ImportFile, desk: Desk, today: date) -> Context:
    return _report(file, desk) | {
        "head_actions": "users/imports/_report_actions.html",
        "may_undo": actions.may_undo(file, today),
        "boards_are_behind": page_queries.boards_are_behind(),
        "next_url": reverse("segments") if desk.may(SEE_BOARDS) and file.state == State.DONE else "",
    }


def _undoing(file: ImportFile, desk: Desk, today: date) -> Context:
    return _report(file, desk) | {"dock": "users/imports/_dock_writing.html"} | writing(file)


def _effect(file: ImportFile, desk: Desk) -> list[Context]:
    if file.state != State.DONE or not desk.may(SEE_CUSTOMERS):
        return effect_words.lines(file)
    return effect_words.lines(file, reverse("customers"), queries.customers_changed(file))


def _report(file: ImportFile, desk: Desk) -> Context:
    return {
        "part": "users/imports/_report.html",
        "report_title": _report_title(file),
        "took": file.job.seconds if file.job and file.job.kind == actions.COMMIT else None,
        "sums": _sums(file),
        "effect_title": gettext("What it had changed") if file.state == State.UNDONE else gettext("What it changed"),
        "effect": _effect(file, desk),
        "undo": effect_words.undo_lists(file),
        **effect_words.weeks(file),
        **problems(file),
    }


def _report_title(file: ImportFile) -> str:
    told = gettext("Was batch #%(number)s") if file.state == State.UNDONE else gettext("Written as batch #%(number)s")
    return told % {"number": file.pk}


def _sums(file: ImportFile) -> list[Context]:
    """rows = created + updated + unchanged + left out."""
    left_out = reverse("import_problems", args=[file.pk]) + "?kind=refused" if file.refused else ""
    return [
        {"sign": "", "number": file.rows, "label": gettext("rows")},
        {"sign": "=", "number": file.created, "label": gettext("created")},
        {"sign": "+", "number": file.updated, "label": gettext("updated")},
        {"sign": "+", "number": file.unchanged, "label": gettext("unchanged")},
        {"sign": "+", "number": file.refused, "label": gettext("left out"), "href": left_out},
    ]


def _stopped(file: ImportFile, desk: Desk, today: date) -> Context:
    return {
        "part": "users/imports/_stopped.html",
        "fault": fault_words.fault_of(file),
        "again": actions.may_check_again(file),
        "by_names": file.refusal.get("code") == "columns_gone" and storage.is_kept(file.stored_as),
        "may_undo": actions.may_undo(file, today),
        "original": page_queries.twins_for(desk.scope, desk.staff, file).first(),
        **(other_ways(file) if file.state == State.REFUSED and storage.is_kept(file.stored_as) else {}),
    }


def other_ways(file: ImportFile) -> Context:
    return how_read(file, Inspection.from_json(file.inspection)) if file.inspection else reading_only(file)


def reading_only(file: ImportFile) -> Context:
    """For a file that could not even be looked at: encoding and delimiter may be chosen."""
    form = OptionsForm(
        headers=[],
        initial={
            "encoding": file.options.get("encoding") or file.encoding,
            "delimiter": file.options.get("delimiter") or file.delimiter or ",",
            "source": file.source.name,
        },
    )
    return {"options": form, "is_text": True, "unread": True}


_STATES: dict[State, Callable[[ImportFile, Desk, date], Context]] = {
    State.UPLOADED: _checking,
    State.CHECKING: _checking,
    State.READY: _ready,
    State.COMMITTING: _committing,
    State.DONE: _done,
    State.UNDOING: _undoing,
    State.UNDONE: _done,
    State.REFUSED: _stopped,
    State.FAILED: _stopped,
    State.CANCELLED: _stopped,
}
