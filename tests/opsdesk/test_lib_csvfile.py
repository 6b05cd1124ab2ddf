import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsdesk.lib import csvfile, encodings, filesource
from opsdesk.lib.filesource import Source
from opsdesk.lib.limits import COMMAND_LINE
from opsdesk.lib.unreadable import UnreadableFile


def source(content: bytes, block: int = 7) -> Source:
    """Read in tiny blocks, so that every character and line end falls on a border somewhere."""
    return Source(io.BytesIO(content), len(content), False, replace(COMMAND_LINE, block_bytes=block))


CELLS = st.text(alphabet='abc王𠮷,;"\n\r \t', max_size=6)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4).filter(lambda row: row != [""]), min_size=1, max_size=12)


@given(
    TABLES, st.sampled_from(["utf-8", "gb18030", "utf-16-le"]), st.sampled_from(["\n", "\r\n", "\r"]), st.integers(1, 9)
)
@settings(deadline=None)
def test_what_was_written_is_read_with_the_lines_of_an_editor(
    table: list[list[str]], encoding: str, end: str, block: int
) -> None:
    written, lines = io.StringIO(newline=""), []
    writer = csv.writer(written, lineterminator=end, quoting=csv.QUOTE_ALL)
    for row in table:
        lines.append(len(re.split("\r\n|\r|\n", written.getvalue())))
        writer.writerow(row)
    found = list(csvfile.rows(source(written.getvalue().encode(encoding), block), encoding, ","))
    assert found == list(zip(lines, table, strict=True))


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(1, 9), st.integers(0, 9))
@settings(deadline=None)
def test_batches_are_the_rows_cut_in_pieces(rows: list[int], size: int, skip: int) -> None:
    content = "".join(f"{number},x\n" for number in rows).encode()
    whole = list(csvfile.rows(source(content), "utf-8", ","))[skip:]
    pieces = list(csvfile.batches(source(content), "utf-8", ",", size, skip))
    assert [pair for lines, cells in pieces for pair in zip(lines, cells, strict=True)] == whole
    assert all(len(lines) == size for lines, _cells in pieces[:-1])


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ('a,b\n"x', "quote_unclosed", 2),
        ('a,b\n1,"x\n2,y\n', "quote_unclosed", 2),
        ('a,b\n1,"x\n2,"y"\n', "quote_unclosed", 2),
        ('a,b\n"1\n2","x\n3,y\n', "quote_unclosed", 3),
        ('a,b\n"1""\n2","""x\n3,y\n', "quote_unclosed", 3),
        ('a,b\n5",x\n1,"x', "quote_unclosed", 3),
        ('a,b\n"1"2,x\n', "quote_misplaced", 2),
        ('a,b\n"1" ,x\n', "quote_misplaced", 2),
        ("a,b\n1," + "x" * 32_768, "cell_too_long", 2),
        ("a,b\n1," + "x" * 7_000_000, "line_too_long", 2),
        ("a\r\rb\r" + "x" * 7_000_000, "line_too_long", 4),
        ("a,b\n" + "," * 201, "columns_too_many", 2),
    ],
)
def test_a_broken_row_is_refused_with_the_line_where_it_broke(content: str, code: str, line: int) -> None:
    if code == "columns_too_many":
        content += "x"
    with pytest.raises(UnreadableFile) as refused:
        list(csvfile.rows(source(content.encode(), 65_536), "utf-8", ","))
    assert (refused.value.code, refused.value.line) == (code, line)


def test_a_cell_of_the_longest_allowed_length_is_read() -> None:
    assert list(csvfile.rows(source(b"x" * 32_767), "utf-8", ",")) == [(1, ["x" * 32_767])]


DAMAGED = [
    ("utf-8", "王小明\n李雷\n".encode() + b"\xff", "encoding_neither", 17, 3),
    ("utf-8 and gbk", "王小明王小明王小明\n李雷\n".encode() + "韩梅".encode("gbk"), "encoding_mixed", 35, 3),
    ("gbk cut", "王小明\n李".encode("gbk")[:-1], "encoding_cut", 7, 2),
    ("gbk and utf-8", "王小明\n".encode("gbk") + "河西新城苑某".encode(), "encoding_mixed", 7, 2),
    ("neither", b"abc\r\n\xff\xff", "encoding_neither", 5, 2),
]


# A run of UTF-8 within GB18030 is looked for block by block, so it must fit into one.
BLOCKS = [(case, block) for case in DAMAGED for block in (1, 2, 3, 5, 1000) if block > 5 or case[0] != "gbk and utf-8"]


@pytest.mark.parametrize(("case", "block"), BLOCKS, ids=lambda part: part[0] if isinstance(part, tuple) else str(part))
def test_a_damaged_file_is_refused_with_its_byte_and_line(case: tuple[str, bytes, str, int, int], block: int) -> None:
    _name, content, code, offset, line = case
    with pytest.raises(UnreadableFile) as refused:
        encodings.detect(source(content, block))
    assert (refused.value.code, refused.value.params["offset"], refused.value.line) == (code, offset, line)


@given(
    st.text(alphabet="abc,\n王小明李雷𠮷é€", min_size=1),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.integers(1, 9),
)
def test_an_accepted_encoding_never_fails_later(text: str, encoding: str, block: int) -> None:
    made = source(text.encode(encoding), block)
    try:
        found = encodings.detect(made)
    except UnreadableFile:
        assert encoding == "gb18030"  # a few GB18030 texts look like damaged UTF-8 or UTF-16; none is misread as such
        return
    rows = list(csvfile.rows(made, found, ","))
    if encoding != "gb18030":
        assert "".join(cell for _line, row in rows for cell in row) == text.replace(",", "").replace("\n", "")


def test_the_usual_spellings_of_an_encoding_are_known() -> None:
    assert {encodings.codec_of(name) for name in ("GBK", "gb2312", "GB_18030".replace("_", ""), "cp936")} == {"gb18030"}
    assert encodings.codec_of("UTF_8") == "utf-8"


def test_a_pipe_larger_than_allowed_is_refused_before_it_is_kept() -> None:
    class Endless:
        def read(self, size: int) -> bytes:
            return b"x" * size

    bounds = replace(COMMAND_LINE, stored_bytes=3_000_000)
    with pytest.raises(UnreadableFile) as refused, filesource.opened(Endless(), bounds):  # type: ignore[arg-type]
        pass
    assert refused.value.code == "too_large"
