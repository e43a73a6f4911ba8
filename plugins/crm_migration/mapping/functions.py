"""Functions that a mapping names for what YAML cannot say: found, imported and judged, only when they are needed."""

import hashlib
import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from crm_migration.errors import MappingFault
from crm_migration.mapping.faults import Fault, did_you_mean, quoted
from crm_migration.mapping.scope import Scope

SeriesFunction: TypeAlias = Callable[[Any], Any]
"""From a pandas Series of text to another one of the same index."""

WHERE = "put its module into plugins/ or dags/, or on PYTHONPATH"


def load_function(reference: str) -> SeriesFunction:
    """Return the function that `package.module:name` stands for; its module is imported now, once a process.

    Raises:
        MappingFault: there is no such module or function, importing it fails, or it does not take one Series.
    """
    module_name, _, name = reference.partition(":")
    module, failed = attempted(importlib.import_module, module_name)
    if failed is not None:
        raise MappingFault(f"expected a module that can be imported, found {_found(module_name, failed)}")
    function = getattr(module, name, None)
    if function is None:
        hint = did_you_mean(name, [known for known in vars(module) if not known.startswith("_")])
        raise MappingFault(f"expected a function of {module_name}, found none named {quoted(name)}{hint}")
    if not callable(function) or not _takes_one(function):
        raise MappingFault(f"expected a function of one Series, found {quoted(reference)}, which cannot be called so")
    return function  # type: ignore[no-any-return]


def code_of(references: Iterable[str]) -> str:
    """Return a hash of the modules that functions are named in; what these import themselves is not looked at.

    Raises:
        MappingFault: as `load_function`.
    """
    made = hashlib.sha256()
    for reference in sorted(set(references)):
        load_function(reference)
        file = getattr(sys.modules[reference.partition(":")[0]], "__file__", None)
        made.update(reference.encode())
        made.update(Path(file).read_bytes() if file else b"")
    return made.hexdigest()


def attempted(function: Callable[..., Any], *given: Any) -> tuple[Any, Exception | SystemExit | None]:
    """Return what a function gives, or what it raises: code of a mapping's author may raise anything.

    `sys.exit()` would end the run as if it had succeeded.
    """
    try:
        return function(*given), None
    except (Exception, SystemExit) as error:  # noqa: BLE001 whatever it is, it is told as a fault of the mapping
        return None, error


def function_faults(scope: Scope) -> Iterator[Fault]:
    """Yield the functions of an entity's fields that cannot be called; their modules are imported."""
    for name, spec in scope.entity.fields.items():
        reference = getattr(spec, "function", None)
        if reference is not None:
            _, fault = attempted(load_function, reference)
            if fault is not None:
                yield Fault(scope.at("fields", name, "function"), str(fault))


def _found(module_name: str, failed: BaseException) -> str:
    if isinstance(failed, ModuleNotFoundError) and module_name.startswith(str(failed.name)):
        return f"none named {quoted(module_name)}; {WHERE}"
    return f"that importing {quoted(module_name)} raises {type(failed).__name__}: {failed}"


def _takes_one(function: Callable[..., Any]) -> bool:
    """Say whether a function may be called with one argument; of some built-in ones there is no telling."""
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return False
    except ValueError:
        return True
    return True
