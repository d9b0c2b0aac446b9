"""A workbook as bytes that hold no moment of writing: the same content is the same file.

Excel's format keeps two times of the document in ``docProps/core.xml`` (created, modified) and one time for each file
of the archive; openpyxl takes the clock for all of them. They tell nobody anything, and check sums differ by them.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl import Workbook

_CORE = "docProps/core.xml"
_TIME = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
FIRST = dt.date(1980, 1, 1)
"""Earliest date of a file in an archive; it stands for no date."""


def workbook_bytes(book: Workbook, date: dt.date = FIRST) -> bytes:
    """Return a workbook as the bytes of a file, whatever the clock says.

    Parameters
    ----------
    book : openpyxl.Workbook
    date : datetime.date
        Stands as the time of the document, at midnight; from 1980 on.
    """
    stream, made = io.BytesIO(), io.BytesIO()
    book.save(stream)
    time = b"\\g<1>" + date.isoformat().encode() + b"T00:00:00Z"
    with zipfile.ZipFile(stream) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as taken:
        for name in given.namelist():
            content = given.read(name)
            entry = zipfile.ZipInfo(name, (date.year, date.month, date.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            taken.writestr(entry, _TIME.sub(time, content) if name == _CORE else content)
    return made.getvalue()
