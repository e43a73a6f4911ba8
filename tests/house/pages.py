"""What the pages of the documentation show: their blocks, and the commands in them, one by one."""

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])
SHELL = {"sh", "bash", "shell", "console"}
LANGUAGES = SHELL | {"yaml", "python", "text"}
INDENTED = ""
PROGRAMS = {
    "airflow": 3, "aws": 3, "cp": 3, "crm-migration": 3, "curl": 2, "docker": 3, "export": 2, "git": 2, "helm": 2,
    "kubectl": 2, "make": 2, "pip": 3, "pre-commit": 2, "python": 3, "python3": 3, "uv": 2,
}  # fmt: skip
"""Programs, and how many words a command of each has at least; with fewer, a sentence only names it."""

FENCE = re.compile(r"^\s*```(\w*)\s*$")
SPAN = re.compile(r"(?<!`)`([^`\n]+(?:\n[^`\n]+)?)`(?!`)")
HEREDOC = re.compile(r"<<-?'?(\w+)'?")
REMARK = re.compile(r"\s+# .*$")
SETTING = re.compile(r"[A-Z_]+=\S*")


@dataclass(frozen=True)
class Block:
    """A block that is set apart, with the number of its first line."""

    page: str
    line: int
    language: str
    text: str


@dataclass(frozen=True)
class Shown:
    """A command as a page shows it, without what is said of it."""

    page: str
    line: int
    command: str


def name_of(page: Path) -> str:
    """Return how a page is called here: its path in the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page: the fenced ones by their language, and those set apart by four blanks."""
    found, lines = [], page.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        start, fence = number, FENCE.match(lines[number])
        if fence:
            number = next(n for n in range(start + 1, len(lines)) if lines[n].strip() == "```")
            found.append(_block(page, start + 1, fence[1] or "unlabelled", lines[start + 1 : number]))
        elif lines[number].startswith("    ") and not lines[number - 1].strip():
            while number + 1 < len(lines) and (lines[number + 1].startswith("    ") or _goes_on(lines, number + 1)):
                number += 1
            found.append(_block(page, start, INDENTED, lines[start : number + 1]))
        number += 1
    return found


def _goes_on(lines: list[str], number: int) -> bool:
    return not lines[number] and number + 1 < len(lines) and lines[number + 1].startswith("    ")


def _block(page: Path, start: int, language: str, lines: list[str]) -> Block:
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return Block(name_of(page), start + 1, language, "\n".join(line[margin:] for line in lines))


def is_command(text: str) -> bool:
    """Return whether a line is a command that can be typed, and not only the name of one."""
    words = text.split()
    while words and SETTING.fullmatch(words[0]):
        words = words[1:]
    return bool(words) and len(words) - (words[1:2] == ["review"]) >= PROGRAMS.get(words[0].rpartition("/")[2], 99)


def commands_of(page: Path) -> list[Shown]:
    """Return every command of a page in its order: those of the blocks, and those that stand within a sentence."""
    found = []
    for block in blocks(page):
        if block.language in SHELL:
            found += [Shown(block.page, block.line + at, command) for at, command in _commands(block.text)]
    found += [span for span in spans_of(page) if is_command(span.command)]
    return sorted(found, key=lambda shown: shown.line)


def spans_of(page: Path) -> list[Shown]:
    """Return what stands between backticks within the sentences of a page."""
    text, apart = page.read_text(encoding="utf-8"), blocks(page)
    inside = {block.line + at for block in apart for at in range(-1, block.text.count("\n") + 2)}
    prose = "\n".join("" if number in inside else line for number, line in enumerate(text.splitlines(), 1))
    return [
        Shown(name_of(page), prose.count("\n", 0, match.start()) + 1, re.sub(r"\s+", " ", match[1]))
        for match in SPAN.finditer(prose)
    ]


def imports_of(program: str) -> list[tuple[str, str]]:
    """Return module and name of all that a program imports; the name is empty where it is the module itself."""
    found = []
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(str(node.module), alias.name) for alias in node.names]
    return found


def _commands(text: str) -> Iterator[tuple[int, str]]:
    """Give each command of a block with the number of its first line: one that goes on over lines is one."""
    pending: list[str] = []
    for number, line in enumerate(text.splitlines()):
        if not pending and (not line.strip() or line.startswith("#")):
            continue
        pending.append(line)
        if _is_whole(pending):
            yield number + 1 - len(pending), _bare("\n".join(pending))
            pending = []
    assert not pending, f"a command without an end: {pending[0]}"


def _is_whole(lines: list[str]) -> bool:
    opened = HEREDOC.search(lines[0])
    if opened:
        return lines[-1] == opened[1]
    try:
        shlex.split("\n".join(lines), comments=True)
    except ValueError:
        return False
    return not lines[-1].endswith("\\")


def _bare(command: str) -> str:
    """Return a command of one line without the remark behind it and the blanks that align it."""
    return command if "\n" in command else re.sub(r" {2,}", " ", REMARK.sub("", command)).strip()
