"""What a file really is, by its first bytes, where its ending says something else.

Exports of web systems are often HTML with the ending .xls; a workbook with a password is no zip at all. Each gets a
message of its own, because the way out differs.
"""

from __future__ import annotations

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_HTML = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<body")


def misnamed(raw: bytes, ending: str) -> tuple[str, str] | None:
    """Return the message about a file whose content is not what its ending says, and what it seems to be.

    Parameters
    ----------
    raw : bytes
    ending : str
        In lower case, with its dot.

    Examples
    --------
    >>> misnamed(b"<html><table>", ".xls"), misnamed(b"a,b", ".csv")
    (('tabular.file_html', 'HTML'), None)
    """
    start = raw[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_HTML):
        return "tabular.file_html", "HTML"
    if raw.startswith(_OLD):
        if _LOCKED in raw:
            return "tabular.file_locked", "-"
        return None if ending == ".xls" else ("tabular.file_misnamed", ".xls")
    if raw.startswith(_ZIP) and ending not in (".xlsx", ".xlsm", ".ods"):
        return "tabular.file_misnamed", ".xlsx / .ods"
    if start.startswith(b"<?xml") and ending in (".xls", ".xlsx", ".xlsm"):
        return "tabular.file_misnamed", "XML"
    return None
