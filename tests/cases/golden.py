"""The numbers that a correct migration of the SuiteCRM data must give, as its own database counted them."""

from pathlib import Path

Line = dict[str, str]


def read_golden(file: Path) -> dict[str, list[Line]]:
    """Return the printed result tables of the client by their label, the value of their first column."""
    found: dict[str, list[Line]] = {}
    header: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("+"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == "k":
            header = cells
        else:
            found.setdefault(cells[0], []).append(dict(zip(header, cells, strict=True)))
    return found
