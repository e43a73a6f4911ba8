"""The table that `make faults` ends with: what was done to the run, on which target, and what came of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

KINDS = ("sqlite", "postgres", "mariadb", "fxiaoke")


@dataclass(frozen=True)
class Result:
    """One fault on one target, and what was found violated."""

    what: str
    kind: str
    violations: tuple[str, ...]

    @classmethod
    def of(cls, value: Any) -> "Result":
        """Read what a test has noted."""
        what, kind, violations = value
        return cls(what, kind, tuple(violations))


def render(results: Iterable[Result]) -> str:
    """Return the table as text, its totals in the last line."""
    lines: dict[str, dict[str, str]] = defaultdict(dict)
    faults: list[str] = []
    counted = 0
    for result in results:
        counted += 1
        lines[result.what][result.kind] = "VIOLATION" if result.violations else "ok"
        faults += [f"  {result.what} on {result.kind}: {fault}" for fault in result.violations]
    kinds = [kind for kind in KINDS if any(kind in line for line in lines.values())]
    wide = max(map(len, lines), default=0)
    head = f"{'':{wide}}  " + "  ".join(f"{kind:<9}" for kind in kinds)
    body = [
        f"{what:{wide}}  " + "  ".join(f"{line.get(kind, '-'):<9}" for kind in kinds) for what, line in lines.items()
    ]
    total = f"{counted} faults on {len(kinds)} kinds of target, {len(faults)} violations"
    return "\n".join([head.rstrip(), *(line.rstrip() for line in body), *faults, total])
