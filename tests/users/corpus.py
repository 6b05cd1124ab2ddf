"""All files of the corpus, by name."""

from tests.users import corpus_rows, corpus_text, corpus_workbooks
from tests.users.corpus_case import Case

CASES: dict[str, Case] = {**corpus_text.CASES, **corpus_rows.CASES, **corpus_workbooks.CASES}
