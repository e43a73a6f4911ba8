"""Why an XML document is refused, in words that hold nothing of its content."""

from typing import Final

from lxml import etree

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.document import Document, refused

DOCTYPE: Final = "expected XML without a DOCTYPE, found one"
WITHOUT_DOCTYPE: Final = "ask for an export without it: entities and external files are never read"
_LIMITS: Final = {
    "Excessive depth": "expected at most 256 levels of elements, found more",
    "Text node too long": "expected texts of at most 10 million letters, found a longer one",
    "amplification": "expected no entities that multiply, found them",
    "lookup": "expected tags of at most 10 million letters, found a longer one",
    "too long": "expected names and attributes of at most 10 million letters, found a longer one",
    "Resource limit": "expected a document within the parser's limits, found one beyond them",
}
"""What libxml2 says of its limits, and what that means."""
_KINDS: Final = {
    code: name.removeprefix("ERR_").replace("_", " ").lower()
    for name, code in vars(etree.ErrorTypes).items()
    if name.startswith("ERR_")
}


def refusal_of(document: Document, error: etree.XMLSyntaxError) -> SourceUnreadable:
    """Return the refusal that a parser's error means; its own words may quote the document and are left out."""
    said = error.msg or ""
    line, column = error.position
    place = f"line {line}, column {column}"
    for sign, found in _LIMITS.items():
        if sign in said:
            return refused(document, f"{place}: {found}", "ask for an export in smaller parts")
    kind = _KINDS.get(getattr(error, "code", None), "unknown")
    return refused(document, f"{place}: expected well-formed XML to its end, found an error ({kind})")
