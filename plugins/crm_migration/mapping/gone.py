"""Rules for what becomes of records whose rows are gone from the source, and for rows that arrive late."""

from collections.abc import Iterator

from crm_migration.mapping.faults import Fault, quoted, unknown_name
from crm_migration.mapping.fit import described, family
from crm_migration.mapping.live import TargetTable
from crm_migration.mapping.scope import Scope


def gone_faults(scope: Scope) -> Iterator[Fault]:
    """Yield the faults of an entity's `on_source_delete`, `deleted_flag` and `lag`."""
    target = scope.entity.target
    policy, flag = scope.at("target", "on_source_delete"), scope.at("target", "deleted_flag")
    write = scope.at("target", "write")
    if target.on_source_delete != "keep" and target.write == "insert":
        text = (
            f"expected 'keep' beside 'write: insert', which changes no record, found {quoted(target.on_source_delete)}"
        )
        yield Fault(policy, text, depends=(write,))
    if target.on_source_delete == "flag" and target.deleted_flag is None:
        yield Fault(policy, "expected 'deleted_flag', the column of the target to set, beside 'flag', found none")
    if target.deleted_flag is not None:
        yield from _flag(scope, target.deleted_flag)
        if target.on_source_delete != "flag":
            found = quoted(target.on_source_delete)
            yield Fault(flag, f"expected 'on_source_delete: flag' beside it, found {found}", depends=(policy,))
    if scope.entity.lag is not None and scope.entity.watermark is None:
        text = "expected the entity's 'watermark', by which its windows choose rows, beside it, found none"
        yield Fault(scope.at("lag"), text, depends=(scope.at("watermark"),))


def _flag(scope: Scope, flag: str) -> Iterator[Fault]:
    """The flag is this tool's to set and to clear: neither a row nor an id may say otherwise."""
    place = scope.at("target", "deleted_flag")
    if flag in scope.entity.fields:
        text = f"expected a column that no field writes, found {quoted(flag)}, which is a field"
        yield Fault(place, text, depends=(scope.at("fields", flag),))
    elif flag in (scope.entity.target.id, scope.entity.target.external_id):
        yield Fault(place, f"expected a column of its own, found {quoted(flag)}, which identifies records")


def live_flag_faults(scope: Scope, table: TargetTable) -> Iterator[Fault]:
    """Yield what keeps the target's column from being set."""
    flag, place = scope.entity.target.deleted_flag, scope.at("target", "deleted_flag")
    if flag is None:
        return
    column = table.columns.get(flag)
    if column is None:
        yield unknown_name(place, f"a column of {table.name}", flag, table.columns)
    elif column.generated:
        yield Fault(place, f"expected a column that can be written, found {quoted(flag)}, which the target generates")
    elif family(column.type) not in ("boolean", "integer"):
        yield Fault(place, f"expected a boolean column, found {described(column)}")
