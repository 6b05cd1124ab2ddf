"""What a reader says when a whole file cannot be read: a code, a sentence, and the place."""

from opsdesk.lib.wording import gettext_noop as _

MESSAGES = {
    "missing": _("There is no file at %(path)s."),
    "no_access": _("The file at %(path)s cannot be opened: %(detail)s."),
    "empty": _("The file is empty."),
    "header_only": _("The file has a header and no rows under it."),
    "too_large": _("The file has %(size)s bytes; at most %(limit)s are read here."),
    "too_many_rows": _("The file has more than %(limit)s rows. Send it in parts."),
    "gzip_damaged": _("The .gz file is damaged or cut off: %(detail)s."),
    "gzip_bomb": _("The .gz file unpacks to far more than an export would; it was not read to its end."),
    "not_a_table": _("This is a %(kind)s file. Export the orders as CSV or XLSX."),
    "xls_old": _("This is an old .xls workbook. Open it and save it as .xlsx or CSV."),
    "xlsx_encrypted": _("The workbook is protected by a password. Save it without one."),
    "xlsx_not_workbook": _("This is a zip file without an XLSX workbook inside (%(detail)s)."),
    "xlsx_too_large": _("The workbook is too large (%(detail)s). Export CSV instead: it has no such limit."),
    "xlsx_bomb": _("The workbook unpacks to far more than it should (%(detail)s); it was not opened."),
    "xlsx_damaged": _("The workbook is damaged and cannot be opened: %(detail)s."),
    "xlsx_gave_up": _("Opening the workbook took too much memory or time. Export CSV instead."),
    "xlsx_no_sheet": _("The workbook has no visible sheet with cells."),
    "encoding_unknown": _("There is no encoding called %(encoding)s here."),
    "encoding_wrong": _("Byte %(offset)s (line %(line)s) is not %(encoding)s."),
    "encoding_mixed": _(
        "Byte %(offset)s (line %(line)s): the file mixes UTF-8 and another encoding. Export it again in one."
    ),
    "encoding_cut": _(
        "The file ends in the middle of a character (byte %(offset)s, line %(line)s): it was cut off. Export it again."
    ),
    "encoding_neither": _(
        "Byte %(offset)s (line %(line)s) is neither UTF-8 nor GB18030: the file is damaged, or choose its encoding."
    ),
    "nul": _("Line %(line)s holds a NUL byte: this is not text, or the file is damaged."),
    "quote_unclosed": _("A quotation mark opened in line %(line)s is never closed properly."),
    "quote_misplaced": _("Line %(line)s has text right after a closing quotation mark."),
    "cell_too_long": _("A cell in line %(line)s is longer than %(limit)s characters."),
    "line_too_long": _("Line %(line)s is longer than any row could be. Is this a table?"),
    "columns_too_many": _("Line %(line)s has %(found)s columns; at most %(limit)s are read."),
    "no_header": _("Line %(line)s holds a phone number where column names should be. Add a header row."),
    "headers_twice": _("The header names a column twice: %(names)s. Rename or remove one of each."),
    "columns_missing": _("The file has no column for: %(names)s. Choose it by hand if it has another name."),
    "columns_gone": _("The file no longer has the mapped columns: %(names)s."),
}


class UnreadableFile(Exception):
    """Refusal of a whole file. `message` % `params` is the sentence (translate the message first)."""

    def __init__(self, code: str, *, line: int | None = None, column: str | None = None, **params: object) -> None:
        self.code = code
        self.line = line
        self.column = column
        self.params = {"line": line, "column": column, **params}
        self.message = MESSAGES[code]
        super().__init__(self.message % self.params)
