"""What a file changes, or changed, in lines a person reads; what was taken back, in three lists."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext, ngettext

from opsdesk.lib import days, figures
from opsdesk.lib.words import N_
from users.imports.models import ImportFile

Line = dict[str, Any]

LIFECYCLE = {
    "prospect": N_("Prospect"),
    "new_paying": N_("New payer"),
    "active": N_("Active"),
    "silent": N_("Silent"),
}
KEPT_SHOWN = 6
WEEKS_SHOWN = 12


def lines(file: ImportFile, people: str = "", changed: int = 0) -> list[Line]:
    """label, note, value, and the class whose glyph stands before it; nothing for a file that changes nothing.

    Of a file that is in, numbers of people lead to them: `people` is the address of the customer list, `changed` how
    many had an order changed.
    """
    effect = file.effect
    if not effect or not _changes_anything(effect):
        return []
    told = [*_people(effect), *_orders(effect), *_changed(changed), *_places(effect), *_money(effect)]
    where = f"{people}?import={file.pk}&did="
    linked = [
        line | {"href": where + line["did"] if people and line["did"] and line["people"] else ""} for line in told
    ]
    return [*linked, *_moves(effect)]


def weeks(file: ImportFile) -> dict[str, Any]:
    """GMV by ISO week, the latest first; bars are full at the largest week. What templates/.../_weeks.html asks for."""
    found = [(date.fromisoformat(monday), fen) for monday, fen in reversed(file.effect.get("gmv") or [])]
    largest = max((abs(fen) for _monday, fen in found), default=0)
    shown = [
        {"monday": monday, "fen": fen, "share": figures.ratio(abs(fen), largest)} for monday, fen in found[:WEEKS_SHOWN]
    ]
    return {"weeks": shown, "weeks_left": max(len(found) - WEEKS_SHOWN, 0)}


def _changes_anything(effect: dict[str, Any]) -> bool:
    names = ("customers_new", "orders_new", "orders_updated", "refund_orders", "refunds_waiting", "products_new")
    return any(effect.get(name) for name in names)


def _people(effect: dict[str, Any]) -> Iterator[Line]:
    new = effect.get("customers_new", 0)
    yield _line(gettext("New customers"), _people_words(new, sign=True)) | {"did": "new", "people": new}
    if known := effect.get("customers_known", 0):
        words = gettext("Known customers with new orders")
        yield _line(words, _people_words(known)) | {"did": "ordered", "people": known}


def _changed(people: int) -> Iterator[Line]:
    if people:
        words = gettext("Customers with changed orders")
        yield _line(words, _people_words(people)) | {"did": "changed", "people": people}


def _orders(effect: dict[str, Any]) -> Iterator[Line]:
    parts = [
        (effect.get("orders_updated", 0), N_("%(n)s updated")),
        (effect.get("orders_unchanged", 0), N_("%(n)s unchanged")),
    ]
    note = gettext(", ").join(gettext(words) % {"n": figures.count(n)} for n, words in parts if n)
    new = effect.get("orders_new", 0)
    words = ngettext("%(n)s order", "%(n)s orders", new)
    yield _line(gettext("Orders"), words % {"n": figures.signed(new)}, note)
    if products := effect.get("products_new", 0):
        yield _line(gettext("New products"), figures.signed(products))


def _people_words(n: int, sign: bool = False) -> str:
    shown = figures.signed(n) if sign else figures.count(n)
    return ngettext("%(n)s person", "%(n)s people", abs(n)) % {"n": shown}


def _places(effect: dict[str, Any]) -> Iterator[Line]:
    if names := effect.get("communities_new"):
        yield _line(gettext("New communities"), figures.signed(len(names)), ", ".join(names[:3]))


def _money(effect: dict[str, Any]) -> Iterator[Line]:
    refunds, waiting = effect.get("refund_orders", 0), effect.get("refunds_waiting", 0)
    if refunds or waiting:
        orders = ngettext("%(n)s order", "%(n)s orders", refunds) % {"n": figures.count(refunds)}
        later = ngettext("%(n)s waits for its order", "%(n)s wait for their orders", waiting)
        told = [orders] * bool(refunds) + [later % {"n": figures.count(waiting)}] * bool(waiting)
        yield _line(gettext("Refunds"), figures.yuan(-effect.get("refund_fen", 0)), gettext(", ").join(told))
    changed = [(date.fromisoformat(monday), fen) for monday, fen in effect.get("gmv") or [] if fen]
    if changed:
        (monday, fen), others = changed[-1], changed[:-1]
        yield _line(gettext("GMV %(week)s") % {"week": days.week(monday)}, _signed_yuan(fen), _other_weeks(others))


def _other_weeks(others: list[tuple[date, int]]) -> str:
    if not others:
        return ""
    total = figures.yuan(sum(fen for _monday, fen in others), 0)
    if len(others) == 1:
        return gettext("and %(week)s %(amount)s") % {"week": days.week(others[0][0]), "amount": total}
    words = ngettext("and %(n)s more week, %(amount)s", "and %(n)s more weeks, %(amount)s", len(others))
    return words % {"n": len(others), "amount": total}


def _moves(effect: dict[str, Any]) -> Iterator[Line]:
    told = effect.get("lifecycle") or {}
    moves = [tuple(move) for move in told.get("moves", [])]
    for code, label in LIFECYCLE.items():
        if change := told.get("changes", {}).get(code, 0):
            yield _line(gettext(label), _people_words(change, sign=True), _move_note(code, moves)) | {"code": code}


def _move_note(code: str, moves: list[tuple[Any, ...]]) -> str:
    """The largest move that makes up the change, in words."""
    inward = max((move for move in moves if move[1] == code), key=lambda move: move[2], default=None)
    outward = max((move for move in moves if move[0] == code), key=lambda move: move[2], default=None)
    if inward and (outward is None or inward[2] >= outward[2]):
        if not inward[0]:
            return gettext("first purchase") if code == "new_paying" else gettext("first seen")
        source = gettext(LIFECYCLE[inward[0]])
        return gettext("%(n)s from: %(source)s") % {"n": figures.count(inward[2]), "source": source}
    if outward:
        target = gettext(LIFECYCLE[outward[1]])
        return gettext("%(n)s become: %(target)s") % {"n": figures.count(outward[2]), "target": target}
    return ""


def _line(label: str, value: str, note: str = "") -> Line:
    return {"label": label, "value": value, "note": note, "code": "", "did": ""}


def _signed_yuan(fen: int) -> str:
    text = figures.yuan(fen, 0)
    return f"+{text}" if fen > 0 else text


# -- Taken back ----------------------------------------------------------------------------------------------------

WHAT = {
    "orders": N_("orders"),
    "customers": N_("customers"),
    "communities": N_("communities"),
    "products": N_("products"),
    "categories": N_("categories"),
    "order": N_("order"),
    "customer": N_("customer"),
    "community": N_("community"),
}
WHY = {
    "changed_since": N_("changed by a later import"),
    "used_since": N_("used since"),
}


def undo_lists(file: ImportFile) -> list[dict[str, Any]]:
    """Removed or put back, kept because it was used since, failed; [] while nothing was taken back."""
    report = file.undo_report
    if not report:
        return []
    return [_removed(report), _kept(report), _failed(report)]


def _removed(report: dict[str, Any]) -> dict[str, Any]:
    """In one order, whatever was removed first."""
    gone, back = report["removed"], report["restored"]
    words = N_("%(what)s as before")
    told = [(gettext(WHAT[what]), figures.count(gone[what])) for what in WHAT if what in gone]
    told += [
        (gettext(words) % {"what": gettext(WHAT[what])}, figures.count(back[what])) for what in WHAT if what in back
    ]
    return {
        "title": gettext("Removed or as before"), "icon": "circle-check", "css": "ok", "lines": told, "count": None,
        "why": "",
    }  # fmt: skip


def _kept(report: dict[str, Any]) -> dict[str, Any]:
    counts, first = report["kept"]["counts"], report["kept"]["first"]
    summed = [(_kept_words(*key.split(":")), figures.count(n)) for key, n in counts.items()]
    named = [(f"{gettext(WHAT[each['what']])} {each['name']}", _later(each)) for each in first[:KEPT_SHOWN]]
    return {
        "title": gettext("Kept, because it was used since"), "icon": "info-circle", "css": "", "lines": summed + named,
        "count": sum(counts.values()), "why": "",
    }  # fmt: skip


def _kept_words(what: str, why: str) -> str:
    plural = {"order": "orders", "customer": "customers", "community": "communities"}[what]
    return gettext("%(what)s %(why)s") % {"what": gettext(WHAT[plural]), "why": gettext(WHY[why])}


def _later(kept: dict[str, Any]) -> str:
    return f"#{kept['import']}" if kept.get("import") else gettext(WHY[kept["why"]])


def _failed(report: dict[str, Any]) -> dict[str, Any]:
    told = [(f"{gettext(WHAT.get(each['what'], each['what']))} {each['name']}", "") for each in report["failed"]]
    return {
        "title": gettext("Failed"), "icon": "alert-circle", "css": "bad" if told else "", "lines": told,
        "count": len(told), "why": report["failed"][0]["why"] if told else "",
    }  # fmt: skip
