"""What a module says in a fixed form, as it is put together: read from its source, with `q7` for what is put in."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import crm_migration
from crm_migration.extract.document import refused
from crm_migration.web.language import LANGUAGES

PACKAGE = Path(crm_migration.__file__).parent
CHINESE = LANGUAGES["zh"]
LATIN = re.compile("[A-Za-z]{2,}")
ERRORS = (
    "MappingFault",
    "SourceUnavailable",
    "SourceUnreadable",
    "ConnectionUnknown",
    "OperatorNeeded",
    "StagingMissing",
    "StagedFileMissing",
    "StagingFull",
    "BackupUnreadable",
    "FencedOut",
    "ChangedSince",
    "TargetUnavailable",
    "ToleranceExceeded",
    "ValidationFailed",
    "SampleRejected",
    "QuotaExhausted",
    "DataFault",
    "NoticeNotSent",
    "AnswerTooLarge",
)
ADVICE = (refused.__defaults__ or ("",))[0]
REFUSALS = {"refused": 1, "refusal": 1, "Refused": 0, "NoSheet": 0}
"""What refuses a document, by the place of what was found among its arguments; what to do follows it."""
FIXED = re.compile(f"[a-z] [a-z].*{re.escape(ADVICE)}|[a-z] [a-z](?!.*{re.escape(ADVICE)})")
GOOGLE = "q7: expected an answer from Google, found {}, asked once; the task can be repeated as it is"


def untold(text: str, *values: str) -> list[str]:
    """Return the Latin words of a text in Chinese that are none of the values put in."""
    told = CHINESE.sentence(text)
    for value in sorted(values, key=len, reverse=True):
        told = told.replace(value, "")
    return LATIN.findall(told)


def module_at(path: Path) -> ModuleType:
    """Return the module of the package that a file holds."""
    return importlib.import_module(".".join(("crm_migration", *path.relative_to(PACKAGE).with_suffix("").parts)))


class Said:
    """The sentences of one module: those of its errors, and what its readers refuse a document or a row for."""

    def __init__(self, path: Path) -> None:
        self._google = path.parent.name == "google"
        self._tree = ast.parse(path.read_text(encoding="utf-8"))
        self._known = vars(module_at(path))
        self._assigned: dict[str, list[ast.expr]] = {}

    def sentences(self) -> Iterator[str]:
        """Yield each sentence whole, as far as it is fixed."""
        for part in self._tree.body:
            for inner in ast.walk(part) if isinstance(part, ast.ClassDef) else [part]:
                if isinstance(inner, ast.FunctionDef) or not isinstance(part, ast.ClassDef):
                    yield from self._of_function(inner)

    def _of_function(self, function: ast.AST) -> Iterator[str]:
        self._assigned = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self._assigned.setdefault(node.targets[0].id, []).append(node.value)
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                yield from filter(FIXED.search, self._call(node))

    def _call(self, node: ast.Call) -> Iterator[str]:
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        said = [self.texts(argument) for argument in node.args]
        if name in ERRORS:
            yield from said[0]
        elif name == "Busy":
            yield from map(GOOGLE.format, said[0]) if self._google else said[0]
        elif name == "_Broken":
            yield from (f"expected the quotation mark that opened on line 7 {text}" for text in said[2])
        elif name in ("BadRow", "Fault"):
            yield from said[-1]
        elif name in REFUSALS:
            found, *do = said[REFUSALS[name] :]
            yield from (f"q7: {text}; {advice}" for text in found for advice in (do[0] if do else [ADVICE]))

    def texts(self, node: ast.expr) -> list[str]:
        """Return the texts that an expression can be, none where nothing of it is fixed."""
        if isinstance(node, ast.JoinedStr):
            return ["".join(str(self._value(part)) for part in node.values)]
        if isinstance(node, ast.IfExp):
            return [*self.texts(node.body), *self.texts(node.orelse)]
        value = self._value(node)
        if value != "q7":
            return [value] if isinstance(value, str) else []
        named = self._assigned.get(node.id, []) if isinstance(node, ast.Name) else []
        return [
            text for value in named if not isinstance(value, ast.IfExp) for text in self.texts(value) if " " in text
        ]

    def _value(self, node: ast.expr) -> object:
        """Return what stands here: a text or number of the module, else `q7`."""
        if isinstance(node, ast.Constant):
            return node.value
        put_in = node.value if isinstance(node, ast.FormattedValue) else node
        if isinstance(put_in, ast.Name):
            value = self._known.get(put_in.id)
        elif isinstance(put_in, ast.Attribute) and isinstance(put_in.value, ast.Name):
            value = getattr(self._known.get(put_in.value.id), put_in.attr, None)
        else:
            value = None
        return value if isinstance(value, (str, int)) else "q7"
