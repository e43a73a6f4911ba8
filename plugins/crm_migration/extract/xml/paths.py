"""Paths to elements, as a mapping writes them: names from the root, with the prefixes that the mapping declares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crm_migration.errors import MappingFault

XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
KNOWN_PREFIXES: Final = {"xml": "http://www.w3.org/XML/1998/namespace", "xsi": XSI}


def local_name(tag: str) -> str:
    """Return a tag's or an attribute's name without its namespace."""
    return tag.rpartition("}")[2]


def namespace_of(tag: str) -> str:
    """Return a tag's or an attribute's namespace, "" for none."""
    return tag[1:].rpartition("}")[0]


@dataclass(frozen=True)
class Step:
    """One element on a path: its name, and its namespace; None where any will do."""

    name: str
    namespace: str | None = None

    @property
    def pattern(self) -> str:
        """Return the step as lxml's tag filters want it."""
        return f"{{{'*' if self.namespace is None else self.namespace}}}{self.name}"

    def matches(self, tag: str) -> bool:
        """Return whether an element of this tag is meant."""
        return local_name(tag) == self.name and self.namespace in (None, namespace_of(tag))


def exact_step(tag: str) -> Step:
    """Return the step that means this tag and no other."""
    return Step(local_name(tag), namespace_of(tag))


def parse_path(text: str, prefixes: Mapping[str, str]) -> tuple[Step, ...]:
    """Return the steps of a path such as `c:crm/c:customer`; a name without prefix is of any namespace.

    Raises:
        MappingFault: a step is empty, or its prefix is not declared.
    """
    steps = []
    for part in text.strip("/").split("/"):
        prefix, colon, name = part.rpartition(":")
        if not name or (colon and prefix not in prefixes):
            raise MappingFault(
                f"xml.records {text!r}: expected names with prefixes of xml.namespaces, found {part!r}; correct either"
            )
        steps.append(Step(name, prefixes[prefix] if colon else None))
    return tuple(steps)


def path_text(steps: tuple[Step, ...]) -> str:
    """Return the path for a person, names only."""
    return "/".join(step.name for step in steps)
