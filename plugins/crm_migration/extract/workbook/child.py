"""The child process: opens one workbook behind limits and answers on its standard output.

An answer is a sequence of messages, each a length of four bytes and so much JSON: what the workbook holds, or blocks
of rows. A failure is a message too; where this process is killed by a limit, the parent sees that there is no end.
"""

import json
import resource
import struct
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from crm_migration.extract.sheets import NoSheet, choose
from crm_migration.extract.workbook.container import Parts, container_of
from crm_migration.extract.workbook.ods import Ods
from crm_migration.extract.workbook.refusal import MIB, MOST_ANSWER, Book, Refused, Row
from crm_migration.extract.workbook.xlsx import Xlsx
from crm_migration.extract.workbook.xlsx_parts import workbook_part

LENGTH = struct.Struct("<I")
MOST_MEMORY = 600 * MIB
MOST_SECONDS = 3600
BLOCK_ROWS = 1000
BLOCK_CELLS = 20_000
TOP_ROWS, TOP_LETTERS = 200, 1 << 18
BROKE, NO_MEMORY = 3, 4


def main(arguments: list[str]) -> int:
    """Answer one question about a workbook: `contents`, or the rows of the sheet with a number."""
    limit()
    path, question = Path(arguments[0]), json.loads(arguments[1])
    answer = Answer(sys.stdout.buffer)
    try:
        reply(open_book(path), question, answer)
    except Refused as refusal:
        answer.send({"refused": [refusal.found, refusal.do]})
    except NoSheet as absent:
        answer.send({"no_sheet": [absent.found, absent.do, absent.is_named]})
    except BrokenPipeError:
        return BROKE
    except MemoryError:
        return NO_MEMORY
    return 0


def limit() -> None:
    """Hold this process to its memory and its time, and leave no core."""
    for name, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        hard = resource.getrlimit(name)[1]
        resource.setrlimit(name, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def open_book(path: Path) -> Book:
    """Return the workbook of whatever format.

    Raises:
        Refused: it is none, is locked, or exceeds a limit.
    """
    if container_of(path) == "ole":
        from crm_migration.extract.workbook.xls import Xls

        return Xls(path)
    parts = Parts(path)
    if "content.xml" in parts and "mimetype" in parts:
        return Ods(parts)
    workbook = workbook_part(parts)
    if workbook.endswith(".bin"):
        from crm_migration.extract.workbook.xlsb import Xlsb

        return Xlsb(path, parts, workbook)
    return Xlsx(parts, workbook)


def reply(book: Book, question: dict[str, Any], answer: "Answer") -> None:
    """Send what was asked for."""
    contents = book.contents()
    if question["ask"] == "contents":
        chosen = choose(contents.sheets, question["sheet"], read_hidden=question["read_hidden"])
        answer.send(
            {
                "kind": contents.kind,
                "notes": contents.notes,
                "sheets": [[sheet.index, sheet.name, sheet.visible] for sheet in contents.sheets],
                "chosen": [[sheet.index, book.merged(sheet), *top(book.rows(sheet))] for sheet in chosen],
            }
        )
    else:
        sheet = next(sheet for sheet in contents.sheets if sheet.index == question["index"])
        answer.send_rows(book.rows(sheet))
    answer.send({"end": True})


def top(rows: Iterable[Row | str]) -> tuple[list[Row | str], bool]:
    """Return the first rows and notes, and whether they are all: a small sheet needs no second question."""
    first: list[Row | str] = []
    weight = 0
    for row in rows:
        if weight > TOP_LETTERS or len(first) >= TOP_ROWS:
            return first, False
        first.append(row)
        weight += len(row) if isinstance(row, str) else sum(1 + len(cell or "") for cell in row[1])
    return first, True


class Answer:
    """The messages to the parent process."""

    def __init__(self, out: IO[bytes]) -> None:
        """Write to `out`."""
        self._out, self._sent = out, 0

    def send(self, message: dict[str, Any]) -> None:
        """Write one message.

        Raises:
            Refused: the messages come to more than a sheet may.
        """
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        self._sent += len(body)
        if self._sent > MOST_ANSWER:
            raise Refused(f"expected rows of at most {MOST_ANSWER // MIB} MiB, found more")
        self._out.write(LENGTH.pack(len(body)))
        self._out.write(body)
        self._out.flush()

    def send_rows(self, rows: Iterable[Row | str]) -> None:
        """Write rows in blocks, and the notes between them."""
        block: list[Row] = []
        weight = 0
        for row in rows:
            if isinstance(row, str):
                self.send({"note": row})
                continue
            block.append(row)
            weight += len(row[1])
            if len(block) >= BLOCK_ROWS or weight >= BLOCK_CELLS:
                self.send({"rows": block})
                block, weight = [], 0
        self.send({"rows": block})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
