"""What can be wrong with a row: every code with its reason and what to do about it (pure)."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from opsdesk.lib import phones
from opsdesk.lib.wording import gettext_noop as _

Severity = Literal["refused", "note"]
SHOWN_CHARS = 80


@dataclass(frozen=True)
class Problem:
    """English msgids: why the cell was not taken (or what to know about it), and what to do."""

    reason: str
    advice: str
    severity: Severity = "refused"


class RowProblem(NamedTuple):
    """One problem of one row. `column` is the file's own header; `value` is shortened and its phones are masked."""

    line: int
    column: str
    field: str
    value: str
    code: str
    severity: Severity


def row_problem(line: int, column: str, field: str, value: str, code: str) -> RowProblem:
    return RowProblem(line, column[:SHOWN_CHARS], field, shown(value, field), code, PROBLEMS[code].severity)


def shown(value: str, field: str) -> str:
    """A cell as it may be printed in a list of problems: at most 80 characters, no readable phone."""
    head = value[: 2 * SHOWN_CHARS]  # enough for no phone to be cut before it is masked
    masked = phones.mask_loose(head) if field == "phone" else phones.mask_within(head)
    return masked if len(masked) <= SHOWN_CHARS else masked[: SHOWN_CHARS - 1] + "…"


PROBLEMS: dict[str, Problem] = {
    "phone_missing": Problem(_("There is no phone number."), _("Fill in the phone, or leave the row out.")),
    "phone_scientific": Problem(
        _("Excel wrote the number in scientific notation; its last digits are lost."),
        _("Format the column as text in the original workbook and export it again."),
    ),
    "phone_masked": Problem(
        _("The number is masked; nobody can tell whose it is."), _("Export a version that is not masked.")
    ),
    "phone_two": Problem(_("The cell holds two numbers."), _("Keep the one that ordered.")),
    "phone_landline": Problem(
        _("This is a landline or a service number, not a mobile phone."), _("Fill in a mobile number.")
    ),
    "phone_foreign": Problem(
        _("This is a number from outside mainland China."), _("Fill in a mainland mobile number.")
    ),
    "phone_letters": Problem(_("The cell holds more than a number."), _("Keep the eleven digits only.")),
    "phone_length": Problem(
        _("A mobile number has eleven digits; this has more or fewer."), _("Correct the number at its source.")
    ),
    "phone_not_mobile": Problem(
        _("Mobile numbers begin with 13 to 19; this one does not."), _("Correct the number at its source.")
    ),
    "time_missing": Problem(_("There is no order time."), _("Fill in the time, or leave the row out.")),
    "date_unreadable": Problem(_("This is not a date that can be read."), _("Write it as 2018-03-01 08:30.")),
    "date_impossible": Problem(_("There is no such day or time."), _("Correct it to a real date.")),
    "date_ambiguous": Problem(
        _("Day and month cannot be told apart."), _("Say which comes first in the mapping, then read the file again.")
    ),
    "date_short_year": Problem(_("The year has two digits."), _("Write the year with four digits.")),
    "date_in_the_future": Problem(_("The date is in the future."), _("Correct it, or import the row later.")),
    "date_too_old": Problem(_("The date is before the year 2000."), _("Correct it to the real date.")),
    "amount_missing": Problem(
        _("The amount is empty."), _("Fill in what was paid; 0 if a coupon paid for everything.")
    ),
    "amount_not_a_number": Problem(_("This is not an amount of money."), _("Write it as 12.50.")),
    "amount_too_large": Problem(_("More than ten million yuan on one line."), _("Check the amount.")),
    "price_missing": Problem(_("The unit price is empty."), _("Fill in the unit price.")),
    "price_negative": Problem(_("The unit price is negative."), _("Write refunds with a negative quantity.")),
    "quantity_missing": Problem(_("The quantity is empty."), _("Fill in the quantity.")),
    "quantity_not_a_number": Problem(_("This is not a quantity."), _("Write a plain number.")),
    "quantity_too_large": Problem(_("A million or more on one line."), _("Check the quantity.")),
    "negative_without_mark": Problem(
        _("The line is negative and nothing says that it is a refund."),
        _("Map the status column, or say in the mapping how refunds are numbered."),
    ),
    "status_unknown": Problem(_("This status is not known here."), _("Say in the mapping what the word means.")),
    "unknown_community": Problem(
        _("No community has this name."), _("Say which community it is, or let the import create it.")
    ),
    "community_not_yours": Problem(
        _("The order belongs to a community for which you may not import."),
        _("Leave the row to whoever imports for that community, or name the right one."),
    ),
    "community_missing": Problem(
        _("Nothing in the row names a community, and you import for some communities only."),
        _("Fill in the community that the order belongs to."),
    ),
    "text_too_long": Problem(_("The text is too long for its column."), _("Shorten it, or check the column.")),
    "cells_too_many": Problem(
        _("The row has more cells than the header."), _("Look for an unquoted delimiter in the row.")
    ),
    "cells_too_few": Problem(
        _("The row has fewer cells than the header."), _("Look for a broken line; export the file again.")
    ),
    "refund_line": Problem(
        _("A negative line marked as a refund: it lowers the original order."), _("Nothing to do."), "note"
    ),
    "partly_refunded_unknown": Problem(
        _("Partly refunded, but no column says by how much; the full amount counts."),
        _("Add the refunded amount to the export."),
        "note",
    ),
}
