"""Why a whole file was not written, in three rows: what happened, what was kept, what to do."""

from dataclasses import replace

from django.utils.translation import gettext, gettext_noop, ngettext

from opsdesk.lib import phones, unreadable
from opsdesk.lib.faults import Fault
from users.imports import columns
from users.imports.clearing import NOT_DECIDED
from users.imports.models import ImportFile

State = ImportFile.State


# By the code of the refusal; the first group whose codes fit says what to do.
TODO: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("encoding_", "nul"),
        gettext_noop("Choose the encoding below if you know it, or export the file again and upload that."),
    ),
    (
        ("columns_missing", "columns_gone"),
        gettext_noop("Choose below which column holds what is missing; the file is then checked again."),
    ),
    (
        ("headers_twice", "no_header"),
        gettext_noop("Give each column one name in the first row of the table, save the file and upload it again."),
    ),
    (
        ("quote_", "cell_too_long", "line_too_long", "columns_too_many"),
        gettext_noop("Choose the delimiter below if it is another one; else mend that line, or export the file again."),
    ),
    (
        ("xls", "not_a_table", "too_large", "gzip_"),
        gettext_noop("Save or export it as CSV or XLSX and upload that file."),
    ),
)
ELSE_TODO = gettext_noop("Export the file again and upload it. If it keeps happening, show this page to your admin.")
KEPT = gettext_noop("The file as you sent it. Not one row was written; customers and orders are as they were.")

GONE_KEPT = gettext_noop("What the import said of itself. Not one row was written, and the upload is no longer kept.")
GONE_TODO = gettext_noop("Upload the file again when you want it after all.")

FAILED_TODO = gettext_noop("Check it again. If it breaks off once more, show the run log to your admin.")
HALF_KEPT = gettext_noop("The file as you sent it, and the part of it that was written before it broke off.")
HALF_TODO = gettext_noop("Take back what was written; then upload the file again.")


def fault_of(file: ImportFile) -> Fault:
    """Of a file that was refused, failed or cancelled."""
    told = _OF[State(file.state)](file)
    if file.stored_as or file.is_begun:
        return told
    return replace(told, kept=gettext(GONE_KEPT), todo=gettext(GONE_TODO))


def sentence(refusal: dict[str, object]) -> str:
    """The reader's own sentence with its line, in the reader's language; phones masked."""
    params = dict(refusal.get("params") or {})  # type: ignore[call-overload]
    if refusal.get("code") == "columns_missing":
        params["names"] = ", ".join(_label(name) for name in str(params.get("names", "")).split(", "))
    message = unreadable.MESSAGES.get(str(refusal.get("code")), "")
    try:
        return phones.mask_within(gettext(message) % params) if message else str(refusal.get("code", ""))
    except (KeyError, TypeError, ValueError):
        return str(refusal.get("code", ""))


def _refused(file: ImportFile) -> Fault:
    code = str(file.refusal.get("code", ""))
    todo = next((words for starts, words in TODO if code.startswith(starts)), ELSE_TODO)
    return Fault(
        gettext("This file was not read"), _reference(file), sentence(file.refusal), gettext(KEPT), gettext(todo)
    )


def _failed(file: ImportFile) -> Fault:
    told = file.job.error.strip().splitlines()[0] if file.job and file.job.error.strip() else ""
    kept, todo = (HALF_KEPT, HALF_TODO) if file.is_begun else (KEPT, FAILED_TODO)
    return Fault(
        gettext("This import did not finish"),
        _reference(file),
        phones.mask_within(told) or gettext("The work broke off three times."),
        gettext(kept),
        gettext(todo),
    )


def _cancelled(file: ImportFile) -> Fault:
    waited = file.refusal.get("code") == NOT_DECIDED
    return Fault(
        gettext("This import was cancelled"),
        _reference(file),
        _waited(file) if waited else gettext("Somebody stopped it before it was finished."),
        gettext(KEPT),
        gettext("Check it again when you want it after all, or upload another file."),
    )


def _waited(file: ImportFile) -> str:
    days = file.refusal["params"]["days"]
    words = ngettext("Nobody decided about it within %(n)s day.", "Nobody decided about it within %(n)s days.", days)
    return words % {"n": days}


_OF = {State.REFUSED: _refused, State.FAILED: _failed, State.CANCELLED: _cancelled}


def _reference(file: ImportFile) -> str:
    return f"#{file.pk}" + (f" · {file.refusal['code']}" if file.refusal.get("code") else "")


def _label(name: str) -> str:
    known = {field.label for field in columns.FIELDS}
    return gettext(name) if name in known else name
