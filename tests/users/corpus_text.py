"""Text files in every encoding and shape, packed files, and files that are no tables."""

import gzip
import random
from dataclasses import replace

from opsdesk.lib.limits import COMMAND_LINE
from tests.users.corpus_case import HEADER, MEGABYTE, OTHER, ROW, TABLE, Cases, row, text

CASES = Cases()

CASES.read("utf-8", TABLE.encode(), 2, has={"name": "王小明"})
CASES.read("utf-8 with bom", TABLE.encode("utf-8-sig"), 2)
CASES.read("gbk", TABLE.encode("gbk"), 2, has={"name": "王小明"})
CASES.read("gb18030 rare characters", text(HEADER, row(name="𠮷㙍"), encoding="gb18030"), 1, has={"name": "𠮷㙍"})
CASES.read(
    "gb18030 mostly ascii",
    text(HEADER, *[row(name="a", address="", product="x", category="")] * 500, encoding="gbk"),
    500,
)
CASES.read("utf-16 le with bom", b"\xff\xfe" + TABLE.encode("utf-16-le"), 2, has={"name": "王小明"})
CASES.read("utf-16 be with bom", b"\xfe\xff" + TABLE.encode("utf-16-be"), 2, has={"name": "王小明"})
CASES.read("utf-16 le without bom", TABLE.encode("utf-16-le"), 2)
CASES.read("utf-16 be without bom", TABLE.encode("utf-16-be"), 2)
BIG5 = text("手機號,時間", "x,y", encoding="big5")
TRADITIONAL = "phone,name,date,amount\n13800138000,陳大文,2018-03-01,12.50\n"
CASES.read("big5 by choice", TRADITIONAL.encode("big5"), 1, encoding="big5", has={"name": "陳大文"})
CASES.refuse("big5 not chosen, with its headers", BIG5, "columns_missing")
CASES.refuse("utf-8 then gbk", text(*[HEADER, *[ROW] * 9]) + (ROW + "\n").encode("gbk"), "encoding_mixed", 11)
CASES.refuse(
    "gbk then utf-8",
    text(*[HEADER, *[ROW] * 9], encoding="gbk") + f"{row(address='河西新城苑某某栋')}\n".encode(),
    "encoding_mixed",
    11,
)
CASES.refuse("gbk cut in a character", f"{HEADER}\n13800138000,王".encode("gbk")[:-1], "encoding_cut", 2)
CASES.refuse("utf-8 cut in a character", f"{HEADER}\n13800138000,王".encode()[:-1], "encoding_cut", 2)
CASES.refuse("utf-16 cut in a character", TABLE.encode("utf-16")[:-1], "encoding_cut", 3)
CASES.refuse(
    "latin-1", text("phone,date,amount", "13800138000,2018-03-01,£12.50", encoding="latin-1"), "encoding_neither", 2
)
CASES.read(
    "latin-1 by choice",
    text("phone,date,name,amount", "13800138000,2018-03-01,Zoë,1", encoding="latin-1"),
    1,
    encoding="latin-1",
    has={"name": "Zoë"},
)
CASES.refuse("forced to the wrong encoding", TABLE.encode("gbk"), "encoding_wrong", 1, encoding="utf-8")
CASES.refuse("forced to an unknown encoding", TABLE.encode(), "encoding_unknown", encoding="klingon")
CASES.refuse("utf-32", TABLE.encode("utf-32"), "nul", 1)
CASES.refuse(
    "a damaged byte in utf-8", text(HEADER, ROW, ROW).replace(b"12.50\n", b"\xff2.50\n", 1), "encoding_mixed", 2
)

for case, delimiter in {"semicolon": ";", "tab": "\t", "pipe": "|"}.items():
    CASES.read(f"split by {case}", TABLE.replace(",", delimiter).encode(), 2, has={"amount_fen": 1250})
CASES.read("line ends crlf", TABLE.replace("\n", "\r\n").encode(), 2)
CASES.read("line ends cr", TABLE.replace("\n", "\r").encode(), 2)
CASES.read("line ends mixed", f"{HEADER}\r\n{ROW}\n{OTHER}\r{ROW}".encode(), 3)
CASES.read("no line end at the end", TABLE.rstrip().encode(), 2)
CASES.read(
    "newline in a cell",
    text(HEADER, row(address='"12栋\n3单元\r\n502室"'), row(phone="1")),
    1,
    "5 phone_length",
    has={"address": "12栋 3单元 502室"},
)
CASES.read("all cells quoted", TABLE.replace(",", '","').replace("\n", '"\n"').join(['"', '"'])[:-2].encode(), 2)
CASES.read(
    "a comma in a quoted cell", text(HEADER, row(product='"五花肉, ""黑猪"""')), 1, has={"product": '五花肉, "黑猪"'}
)
CASES.refuse("a quote never closed", text(HEADER, ROW, row(name='"王'), *[ROW] * 300), "quote_unclosed", 3)
CASES.refuse(
    "a quote never closed, many lines", text(HEADER, ROW, row(name='"王'), *[ROW] * 30_000), "quote_unclosed", 3
)
CASES.refuse(
    "a quote closed rows later", text(HEADER, ROW, row(name='"王'), ROW, row(name='"李"'), ROW), "quote_unclosed", 3
)
CASES.refuse(
    "a quote opened below a good one",
    text(HEADER, row(address='"a\nb"', product='"五花\n肉'), ROW),
    "quote_unclosed",
    3,
)
CASES.refuse("text behind a closing quote", text(HEADER, row(name='"王"小明')), "quote_misplaced", 2)
CASES.read("too many cells", text(HEADER, ROW + ",x", OTHER), 1, "2 cells_too_many")
CASES.read("an unquoted comma in an address", text(HEADER, row(address="12栋,3单元")), 0, "2 cells_too_many")
CASES.read("too few cells", text(HEADER, "13800138000,王小明,2018-03-01", OTHER), 1, "2 cells_too_few")
CASES.read("trailing empty cells", text(HEADER, ROW + ",,,", OTHER + ","), 2)
CASES.read(
    "trailing delimiters in the header too",
    text(HEADER + ",,", ROW + ",,", OTHER + ",x,"),
    2,
    notices=("blank_headers",),
)
CASES.read("blank rows", text(HEADER, "", ROW, ",,,,,,", "   ", OTHER, ""), 2)
CASES.refuse("empty", b"", "empty")
CASES.refuse("only a bom", b"\xef\xbb\xbf", "empty")
CASES.refuse("only blank lines", b"\n\n \r\n,,,\n", "empty")
CASES.refuse("only a header", text(HEADER), "header_only", 1)
CASES.refuse("only a header and blank rows", text("", HEADER, ",,,,,,", ""), "header_only", 2)
CASES.refuse("a header named twice", text(HEADER + ",手机号", ROW + ",x"), "headers_twice", 1)
CASES.refuse("a header named twice but for spaces", text(HEADER + ", 手机号 ", ROW + ",x"), "headers_twice", 1)
CASES.read(
    "a blank header over an empty column",
    text("手机号,,时间", "13800138000,,2018-03-01"),
    1,
    notices=("amount_unknown",),
)
CASES.read(
    "a blank header over a used column",
    text("手机号,,时间", "13800138000,x,2018-03-01"),
    1,
    notices=("blank_headers", "amount_unknown"),
)
CASES.refuse("a million columns", lambda: ",".join(["手机号"] * 1_000_000).encode() + b"\n", "columns_too_many", 1)
CASES.refuse("201 columns", text(",".join(f"c{n}" for n in range(201)), "1"), "columns_too_many", 1)
CASES.refuse("a row of 300 cells", text(HEADER, ROW, ",".join("x" * 300)), "columns_too_many", 3)
CASES.refuse("a cell of 50 MB", lambda: text(HEADER, row(name="x" * (50 * MEGABYTE))), "line_too_long", 2)
CASES.refuse("a cell of 40,000 characters", text(HEADER, ROW, row(name="x" * 40_000)), "cell_too_long", 3)
CASES.refuse("20 MB without a line end", lambda: b"x" * (20 * MEGABYTE), "line_too_long", 1)
CASES.refuse("a nul byte", text(HEADER, ROW, row(name="王\0明")), "nul", 3)
CASES.refuse("a nul byte in the header", text(HEADER.replace("姓名", "姓\0名"), ROW), "nul", 1)
CASES.refuse("no header", text(ROW, OTHER), "no_header", 1)
CASES.refuse("unknown headers", text("a,b,c", "1,2,3"), "columns_missing")
CASES.refuse("no phone column", text("姓名,时间", "王小明,2018-03-01"), "columns_missing")
CASES.refuse("no time column", text("姓名,手机号", "王小明,13800138000"), "columns_missing")
CASES.read("title rows", text("订单导出", "导出时间:2018-04-01,,", "", HEADER, ROW), 1, notices=("title_rows",))
CASES.read(
    "excel's sep line", text("sep=;", HEADER.replace(",", ";"), ROW.replace(",", ";")), 1, notices=("title_rows",)
)
CASES.refuse("a header below twenty titles", text(*["title,x"] * 20, HEADER, ROW), "columns_missing")
CASES.read(
    "the article's six columns",
    text("手机号,姓名,时间,地址,商品,商品分类", "13800138000,王小明,2018-03-01,12-3-502,五花肉,肉品"),
    1,
    notices=("amount_unknown",),
    has={"amount_fen": None},
)
CASES.read(
    "registrations only",
    text("手机号,注册时间,渠道", "13800138000,2018-03-01 10:00,地推"),
    1,
    notices=("amount_unknown",),
    has={"kind": "registration"},
)

CASES.read("gzip", gzip.compress(TABLE.encode("gbk")), 2, name="orders.csv.gz")
CASES.refuse("gzip cut off", lambda: gzip.compress(text(HEADER, *[ROW] * 500))[:-20], "gzip_damaged")
CASES.refuse("gzip damaged", gzip.compress(TABLE.encode())[:-8] + b"\0" * 8, "gzip_damaged")
CASES.refuse(
    "gzip bomb",
    lambda: gzip.compress(b"1" * 40 * MEGABYTE),
    "gzip_bomb",
    limits=replace(COMMAND_LINE, gzip_free_bytes=MEGABYTE),
)
CASES.refuse("gzip in gzip", gzip.compress(gzip.compress(TABLE.encode())), "not_a_table")
CASES.refuse("larger than allowed", TABLE.encode(), "too_large", limits=replace(COMMAND_LINE, stored_bytes=100))

CASES.refuse("pdf named csv", b"%PDF-1.7\n...", "not_a_table")
CASES.refuse("png named csv", b"\x89PNG\r\n\x1a\n\0\0", "not_a_table")
CASES.refuse("rar", b"Rar!\x1a\x07\0", "not_a_table")
CASES.refuse("html named xls", b"<html><table><tr><td>1</td></tr></table></html>", "not_a_table", name="orders.xls")
CASES.refuse("html with bom and spaces", b"\xef\xbb\xbf \n<!DOCTYPE html><p>", "not_a_table", name="orders.xls")
CASES.refuse("xml spreadsheet named xls", b'<?xml version="1.0"?><Workbook/>', "not_a_table", name="orders.xls")
CASES.refuse("old xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "xls_old", name="orders.xls")
CASES.refuse(
    "xlsx with a password",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
    "xlsx_encrypted",
    name="orders.xlsx",
)
CASES.read("csv named xls", TABLE.encode("gbk"), 2, name="orders.xls", notices=("not_a_workbook",))
CASES.read("csv named xlsx", TABLE.encode(), 2, name="orders.xlsx", notices=("not_a_workbook",))
CASES.refuse("random bytes", random.Random(7).randbytes(5000), "nul", 2)
