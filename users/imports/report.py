"""One import told in full: as data for scripts, as lines for people. Its numbers add up."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from opsdesk.lib import figures, unreadable
from users.imports import columns, problems, queries
from users.imports.inspection import NOTICES
from users.imports.models import ImportFile

SHOWN = 20
State = ImportFile.State
HOW_IT_ENDED = {State.READY: "committable", State.DONE: "committed"}


def data(file: ImportFile) -> dict[str, Any]:
    """JSON. `state`: committed, committable (a dry run), refused, failed, cancelled. `rows` = created + updated +
    unchanged + refused once it is in; a dry run knows rows and refused. Money in fen. `problems`: the first SHOWN with
    line, column, value, reason and advice; `problem_counts`: all of them by code."""
    mapped = file.mapping.get("columns", {})
    counts = {"rows": file.rows, "refused": file.refused}
    if file.state == State.DONE:
        counts |= {"created": file.created, "updated": file.updated, "unchanged": file.unchanged}
    return {
        "file": file.name,
        "import": file.pk if file.state != State.READY else None,
        "state": HOW_IT_ENDED.get(State(file.state), file.state),
        "refusal": refusal(file) if file.refusal else None,
        "encoding": file.encoding,
        "delimiter": file.delimiter,
        "mapping": {key: mapped[key] for key in columns.BY_KEY if key in mapped},
        "mapping_name": file.facts.get("mapping_name", ""),
        **counts,
        "notices": [_(NOTICES[one["code"]]) % one["params"] for one in file.inspection.get("notices", [])],
        "identical_lines": file.facts.get("identical", 0),
        "rounded_lines": file.facts.get("rounded", 0),
        "lines_without_amount": file.facts.get("amount_unknown", 0),
        "unknown_communities": dict(file.facts.get("unknown_communities", [])),
        "effect": {key: value for key, value in file.effect.items() if key != "made_communities"},
        "problems": [_problem(one.line, one.column, one.value, one.code) for one in queries.problems_of(file)[:SHOWN]],
        "problem_counts": _counts(file),
    }


def refusal(file: ImportFile) -> dict[str, Any]:
    """Why the whole file was not read."""
    code, params = file.refusal["code"], file.refusal["params"]
    return {"code": code, "line": params.get("line"), "reason": _(unreadable.MESSAGES[code]) % params}


def _problem(line: int, column: str, value: str, code: str) -> dict[str, Any]:
    told = problems.PROBLEMS[code]
    return {
        "line": line, "column": column, "value": value, "code": code, "severity": told.severity,
        "reason": _(told.reason), "advice": _(told.advice),
    }  # fmt: skip


def _counts(file: ImportFile) -> dict[str, int]:
    """Rows by code; remarks are counted beyond those that are kept one by one."""
    kept: dict[str, int] = {}
    for group in queries.problem_groups(file):
        kept[group.code] = kept.get(group.code, 0) + group.rows
    remarks: dict[str, int] = file.facts.get("notes", {})
    return kept | remarks


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The same for people. `told` comes from `data`."""
    yield f"{told['file']}: {_state(told)}"
    if told["refusal"]:
        yield "  " + told["refusal"]["reason"]
        return
    yield from (f"  {line}" for line in _how(told))
    yield from (f"  {line}" for line in _changes(told["effect"]))
    yield from (f"  {notice}" for notice in told["notices"])
    yield from (f"  {line}" for line in _problems(told))


def _state(told: dict[str, Any]) -> str:
    numbers = {name: figures.grouped(told[name]) for name in ("rows", "refused")}
    if told["state"] == "committed":
        numbers |= {name: figures.grouped(told[name]) for name in ("created", "updated", "unchanged")}
        words = _(
            "written as import #%(import)s: %(rows)s rows = %(created)s new + %(updated)s updated + "
            "%(unchanged)s unchanged + %(refused)s refused"
        )
        return words % {**numbers, "import": told["import"]}
    if told["state"] == "committable":
        return _("can be written: %(rows)s rows, %(refused)s of them refused; nothing was written") % numbers
    return str(State(told["state"]).label)


def _how(told: dict[str, Any]) -> Iterator[str]:
    if told["encoding"]:
        yield _("read as %(encoding)s") % {"encoding": told["encoding"].upper()}
    if told["mapping_name"]:
        yield _("by the mapping “%(name)s”") % {"name": told["mapping_name"]}
    yield ", ".join(f"{field} ← {header}" for field, header in told["mapping"].items())
    counted = (
        ("identical_lines", _("%(n)s lines repeat a line of their order")),
        ("rounded_lines", _("%(n)s lines were rounded to whole fen")),
        ("lines_without_amount", _("%(n)s lines have no amount: what was paid (M) is unknown")),
    )
    yield from (words % {"n": figures.grouped(told[name])} for name, words in counted if told[name])


def _changes(effect: dict[str, Any]) -> Iterator[str]:
    names = ("orders_new", "orders_updated", "orders_unchanged", "customers_new", "customers_known", "refund_orders")
    numbers = {name: figures.grouped(effect.get(name, 0)) for name in names}
    yield _("orders: %(orders_new)s new, %(orders_updated)s updated, %(orders_unchanged)s unchanged") % numbers
    yield _("customers: %(customers_new)s new, %(customers_known)s known with new orders") % numbers
    if effect.get("refund_orders"):
        yield _("refunds: %(n)s orders, %(yuan)s") % {
            "n": numbers["refund_orders"], "yuan": figures.yuan(effect["refund_fen"])
        }  # fmt: skip
    if effect.get("refunds_waiting"):
        yield _("refunds that wait for their order: %(n)s") % {"n": figures.grouped(effect["refunds_waiting"])}
    if effect.get("communities_new"):
        yield _("new communities: %(names)s") % {"names": ", ".join(effect["communities_new"])}


def _problems(told: dict[str, Any]) -> Iterator[str]:
    for one in told["problems"]:
        place = _("line %(line)s") % {"line": one["line"]}
        mark = _("refused") if one["severity"] == "refused" else _("note")
        yield f"{place} {one['column']} “{one['value']}” [{mark}]: {one['reason']} {one['advice']}"
    if told["problem_counts"]:
        yield _("all problems: ") + ", ".join(f"{code} {n}" for code, n in told["problem_counts"].items())
    for name, rows in told["unknown_communities"].items():
        yield _("unknown community “%(name)s”: %(rows)s rows") % {"name": name, "rows": figures.grouped(rows)}
