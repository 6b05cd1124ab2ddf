"""What a file is by its first bytes, whatever its name says."""

from opsdesk.lib.unreadable import UnreadableFile

ZIP = b"PK\x03\x04"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")

FOREIGN = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG image",
    b"\xff\xd8\xff": "JPEG image",
    b"GIF8": "GIF image",
    b"Rar!": "RAR archive",
    b"7z\xbc\xaf\x27\x1c": "7-Zip archive",
    b"PK\x05\x06": "empty zip",
    b"\x1f\x8b": "gzip within gzip",
    b"PAR1": "Parquet",
    b"SQLite format 3": "SQLite",
    b"{\\rtf": "RTF",
    b"\x7fELF": "program",
    b"BZh": "bzip2 archive",
    b"\xfd7zXZ": "xz archive",
    b"\x28\xb5\x2f\xfd": "zstd archive",
}
MARKUP = (b"<!doctype", b"<html", b"<table", b"<head", b"<body", b"<meta", b"<style", b"<?xml", b"<script", b"<!--")


def kind_of(head: bytes) -> str:
    """ "xlsx" or "csv" (any text); UnreadableFile names every other kind that can be told."""
    if head.startswith(ZIP):
        return "xlsx"
    if head.startswith(OLE2):
        raise UnreadableFile("xlsx_encrypted" if ENCRYPTED_PACKAGE in head else "xls_old")
    for magic, kind in FOREIGN.items():
        if head.startswith(magic):
            raise UnreadableFile("not_a_table", kind=kind)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(MARKUP):
        raise UnreadableFile("not_a_table", kind="HTML or XML")
    return "csv"
