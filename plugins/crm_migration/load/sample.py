"""The sample: a small set of records, closed under references, that shows every kind of row there is."""

import logging
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import polars as pl

from crm_migration.load.references import qualified
from crm_migration.mapping.model import Choice, Entity, Mapping, SampleConfig
from crm_migration.staging import RunFolder, Staged, TableWriter, has_table, open_table

logger = logging.getLogger(__name__)

PER_PART = 25


@dataclass
class Chosen:
    """Golden ids chosen so far, by entity, each with the first reason for which it was taken."""

    why: dict[str, dict[str, str]] = field(default_factory=dict)
    shown: dict[str, set[str]] = field(default_factory=dict)
    """What the data holds, by entity: there is a record in the sample for each."""

    def add(self, entity: str, golden: Iterable[str], why: str) -> list[str]:
        """Add records and return those that were not chosen before."""
        mine = self.why.setdefault(entity, {})
        fresh = [identity for identity in golden if identity not in mine]
        mine.update(dict.fromkeys(fresh, why))
        return fresh


def choose_sample(
    mapping: Mapping, folder: RunFolder, order: list[str], size: int | None, seed: int
) -> dict[str, Staged]:
    """Stage the sample of each entity (`_golden`, `why`) and return the staged tables.

    Roots are chosen per entity to show what the data holds: every value of every choice field, longest and
    shortest text, null and not null, non-ASCII text, extreme dates and amounts, the biggest merges; then at
    random up to the size. A bounded number of children comes along, and every record they all refer to.
    """
    chosen = Chosen()
    for entity in order:
        spec = mapping.entities[entity]
        for golden, why in _characteristic(folder, entity, spec):
            chosen.shown.setdefault(entity, set()).add(why)
            chosen.add(entity, [golden], why)
        _fill_up(chosen, folder, entity, lambda rows: size or _size(mapping.sample, rows), seed)
    _add_children(chosen, mapping, folder, order)
    _close(chosen, mapping, folder, order)
    return {entity: _write(chosen, folder, entity, mapping.entities[entity]) for entity in order}


def _characteristic(folder: RunFolder, entity: str, spec: Entity) -> Iterable[tuple[str, str]]:
    """Yield (golden id, why) of records that show something; the first found for each thing to show."""
    seen: set[str] = set()
    for part in open_table(folder, entity, "golden").frames():
        for golden, why in _shows(part, spec):
            if why not in seen:
                seen.add(why)
                yield golden, why


def _shows(part: pl.DataFrame, spec: Entity) -> Iterable[tuple[str, str]]:
    if part.is_empty():
        return
    for name, field_spec in spec.fields.items():
        column = part[name]
        if isinstance(field_spec, Choice):
            firsts = part.group_by(name, maintain_order=True).agg(pl.col("_golden").first())
            yield from ((golden, f"{name} = {value}") for value, golden in firsts.iter_rows() if value is not None)
        if column.null_count():
            yield part["_golden"][int(column.is_null().arg_max() or 0)], f"{name} empty"
        if column.dtype == pl.String and field_spec.kind not in ("choice", "constant", "reference"):
            yield from _text_extremes(part["_golden"], column, name)
        elif column.dtype.is_numeric() or column.dtype.is_temporal():
            yield from _extremes(part["_golden"], column, name)
    yield part["_golden"][int(part["_members"].arg_max() or 0)], "biggest merge"


def _text_extremes(golden: pl.Series, column: pl.Series, name: str) -> Iterable[tuple[str, str]]:
    lengths = column.str.len_chars()
    if lengths.null_count() < len(lengths):
        yield golden[int(lengths.arg_max() or 0)], f"{name} longest"
        yield golden[int(lengths.arg_min() or 0)], f"{name} shortest"
    foreign = column.str.contains(r"[^\x00-\x7F]").fill_null(value=False)
    if foreign.any():
        yield golden[int(foreign.arg_max() or 0)], f"{name} not ASCII"


def _extremes(golden: pl.Series, column: pl.Series, name: str) -> Iterable[tuple[str, str]]:
    if column.null_count() < len(column):
        yield golden[int(column.arg_max() or 0)], f"{name} highest"
        yield golden[int(column.arg_min() or 0)], f"{name} lowest"


def _size(settings: SampleConfig, rows: int) -> int:
    return min(settings.maximum, max(settings.minimum, int(rows * settings.share)))


def _fill_up(chosen: Chosen, folder: RunFolder, entity: str, size: Callable[[int], int], seed: int) -> None:
    golden = open_table(folder, entity, "golden")
    wanted = size(golden.rows)
    missing = wanted - len(chosen.why.get(entity, {}))
    if missing <= 0 or golden.rows == 0:
        return
    draw = random.Random(f"{seed}/{entity}")  # noqa: S311 - a repeatable choice, no secret
    places = set(draw.sample(range(golden.rows), min(missing, golden.rows)))
    start = 0
    for part in golden.frames(["_golden"]):
        inside = sorted(place - start for place in places if start <= place < start + part.height)
        chosen.add(entity, part["_golden"].gather(inside).to_list(), "random")
        start += part.height


def _add_children(chosen: Chosen, mapping: Mapping, folder: RunFolder, order: list[str]) -> None:
    """Add up to `sample.children` children of each root and child entity."""
    limit = mapping.sample.children
    for entity in order if limit else []:
        for name, spec in mapping.entities[entity].references.items():
            parents = _qualified_keys(chosen, folder, spec.entities)
            children: dict[str, int] = {}
            for part in open_table(folder, entity, "golden").frames(["_golden", name]):
                mine = part.select("_golden", qualified(part[name], spec).alias("parent"))
                for golden, parent in mine.filter(pl.col("parent").is_in(parents)).iter_rows():
                    children[parent] = children.get(parent, 0) + 1
                    if children[parent] <= limit and len(children) <= PER_PART:
                        chosen.add(entity, [golden], f"child by {name}")


def _qualified_keys(chosen: Chosen, folder: RunFolder, parents: list[str]) -> list[str]:
    keys: list[str] = []
    for parent in parents:
        wanted = list(chosen.why.get(parent, {}))
        members = open_table(folder, parent, "members").frame(["_key", "_golden"])
        keys += [f"{parent}|{key}" for key in members.filter(pl.col("_golden").is_in(wanted))["_key"]]
    return keys


def _close(chosen: Chosen, mapping: Mapping, folder: RunFolder, order: list[str]) -> None:
    """Add every record that a chosen record refers to, until nothing is missing."""
    fresh = {entity: list(chosen.why.get(entity, {})) for entity in order}
    while any(fresh.values()):
        wanted: dict[str, set[str]] = {}
        for entity, golden in fresh.items():
            if golden:
                _collect_parents(mapping, folder, entity, golden, wanted)
        fresh = {entity: _take_parents(chosen, folder, entity, keys) for entity, keys in wanted.items()}


def _collect_parents(
    mapping: Mapping, folder: RunFolder, entity: str, golden: list[str], wanted: dict[str, set[str]]
) -> None:
    references = mapping.entities[entity].references
    if not references:
        return
    for part in open_table(folder, entity, "golden").frames(["_golden", *references]):
        mine = part.filter(pl.col("_golden").is_in(golden))
        for name, spec in references.items():
            for parent in qualified(mine[name], spec).drop_nulls():
                owner, key = str(parent).split("|", 1)
                wanted.setdefault(owner, set()).add(key)


def _take_parents(chosen: Chosen, folder: RunFolder, entity: str, keys: set[str]) -> list[str]:
    if not keys or not has_table(folder, entity, "members"):
        return []
    members = open_table(folder, entity, "members").frame(["_key", "_golden"])
    golden = members.filter(pl.col("_key").is_in(list(keys)))["_golden"].unique(maintain_order=True)
    return chosen.add(entity, golden.to_list(), "parent of a chosen record")


def _write(chosen: Chosen, folder: RunFolder, entity: str, spec: Entity) -> Staged:
    mine, shown = chosen.why.get(entity, {}), chosen.shown.get(entity, set())
    frame = pl.DataFrame(
        {"_golden": list(mine), "why": list(mine.values())}, schema={"_golden": pl.String, "why": pl.String}
    )
    with TableWriter(folder, entity, "sample") as writer:
        writer.write(frame)
        return writer.finish(records=len(mine), covered=sorted(shown), uncovered=list(_uncovered(spec, shown)))


def _uncovered(spec: Entity, shown: set[str]) -> Iterable[str]:
    """Yield what the mapping allows for and no record of the data holds, so that no sample can show it."""
    for name, field_spec in spec.fields.items():
        if field_spec.kind == "constant":
            continue
        if isinstance(field_spec, Choice):
            missing = sorted({*field_spec.values.values()} - {why.removeprefix(f"{name} = ") for why in shown} - {""})
            yield from (f"{name} = {value}: no record holds it" for value in missing)
        elif field_spec.kind not in ("reference", "boolean") and not shown & {f"{name} longest", f"{name} highest"}:
            yield f"{name}: no record holds a value"
        optional = not getattr(field_spec, "required", False) and name != spec.target.external_id
        if optional and f"{name} empty" not in shown:
            yield f"{name}: no record is without a value"
