"""Cells that go into spreadsheets and come back: nothing in them is taken for a formula."""

from typing import Any

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; what is unknown stays empty."""
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell


def meant(cell: str) -> str:
    """The text of a cell that `harmless` may have written."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULAS) else cell
