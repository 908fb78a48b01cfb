"""From the bytes of a file to rows of cells. What makes the whole file unreadable is refused here, in one sentence."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import TooLarge, ValidationFailed
from core.spreadsheets import meant
from flows.errors import FlowError

# Whatever a form may carry holds such a file, also in the shape in which a page keeps it.
MOST_BYTES = 700 * 1024
MOST_ROWS = 500
MOST_COLUMNS = 80
_SEPARATORS = ",;\t"
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """A row as a spreadsheet counts it: the heading is row 1. `extra`: how many cells have no heading."""

    number: int
    cells: Sequence[str]
    extra: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A file. `checksum` is the SHA-256 of its text, hex."""

    headings: Sequence[str]
    rows: Sequence[Row]
    checksum: str


def text_of(data: bytes) -> str:
    """The text of a file: UTF-8 (with or without its mark) or UTF-16 with its mark. Raises a refusal."""
    if len(data) > MOST_BYTES:
        raise TooLarge(FlowError.FILE_UNREADABLE, f"The file has more than {MOST_BYTES // 1024} KB. Split it.")
    if data.startswith((_ZIP, _OLD_EXCEL)):
        raise _refused("This is a workbook, not a CSV file. In your spreadsheet choose “Save as” and “CSV UTF-8”.")
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        sentence = "The letters of this file cannot be read. In your spreadsheet choose “Save as” and “CSV UTF-8”."
        raise _refused(sentence) from None
    if "\x00" in text:
        raise _refused("This is no text file. In your spreadsheet choose “Save as” and “CSV UTF-8”.")
    return text


def read(text: str) -> Table:
    """The rows of a text that are not empty. Columns are separated by commas, semicolons or tabs, as its head says."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found: list[list[str]] = []
    reader = csv.reader(io.StringIO(text), delimiter=_separator(text), strict=True)
    try:
        for cells in reader:
            found.append([meant(cell.strip()) for cell in cells])
            if len(found) > 4 * MOST_ROWS:
                raise _refused(_too_many())
    except csv.Error as error:
        sentence = f"Line {reader.line_num} cannot be read: {_words(str(error))}"
        raise _refused(sentence) from None
    headings = found[0] if found else []
    while headings and not headings[-1]:
        headings.pop()
    rows = [_row(number, cells, len(headings)) for number, cells in enumerate(found, 1) if number > 1 and any(cells)]
    if not any(headings):
        raise _refused("The file is empty. Its first row names the columns, and each further row is a post.")
    if not rows:
        raise _refused("The file has headings and no rows. Each row below them is a post.")
    if len(headings) > MOST_COLUMNS:
        raise _refused(f"The file has {len(headings)} columns; {MOST_COLUMNS} are read at most.")
    if len(rows) > MOST_ROWS:
        raise _refused(_too_many())
    return Table(headings, rows, hashlib.sha256(text.encode()).hexdigest())


def _row(number: int, cells: list[str], width: int) -> Row:
    extra = sum(bool(cell) for cell in cells[width:])
    return Row(number, [*cells[:width], *[""] * (width - len(cells))], extra)


def _separator(text: str) -> str:
    """The sign that the head uses most, outside of quotes."""
    line = next((line for line in text.split("\n") if line.strip()), "")
    outside = "".join(line.split('"')[::2])
    return max(_SEPARATORS, key=outside.count)


def _words(error: str) -> str:
    if "field larger" in error:
        return "a cell has more than 131,072 characters."
    if "end of data" in error or "expected after" in error:
        return 'a quotation mark (") is opened and not closed, or stands inside a cell and is not doubled.'
    return f"{error}."


def _too_many() -> str:
    return f"The file has more than {MOST_ROWS} rows. Split it into several files."


def _refused(sentence: str) -> ValidationFailed:
    return ValidationFailed(FlowError.FILE_UNREADABLE, sentence, fields={"file": [sentence]})
