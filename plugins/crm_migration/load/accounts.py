"""Fingerprints of records that several streams feed: what was loaded last, and what each stream brought.

Where one stream feeds a record both are the same, and its fingerprint covers the fields of that stream alone. A
shared record's fingerprint names `field:type` for what was loaded last, of the fields of all its streams, and
`stream<tab>field:type` for what that stream's own rows said when it last had its say.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from crm_migration.load.fingerprint import WIDTH, as_fingerprints, covered, hash_of
from crm_migration.mapping.model import Entity

OF = "\t"


@cache
def true_hash() -> int:
    """Return the hash of a flag that is set; not reckoned at import, since a process may fork before it uses polars."""
    return hash_of("1")


def brought_by(stream: str, name: str) -> str:
    """Return the name under which a fingerprint keeps what `stream` brought."""
    return f"{stream}{OF}{name}"


def shared_heads(layouts: dict[int, list[str]]) -> list[bytes]:
    """Return the first bytes of the fingerprints of shared records."""
    return [head.to_bytes(WIDTH, "little") for head, names in layouts.items() if any(OF in name for name in names)]


@dataclass(frozen=True)
class Opened:
    """Fingerprints of one layout: their places in the part, the names of their hashes, hashes (rows × names)."""

    rows: np.ndarray
    names: list[str]
    slots: np.ndarray


def opened(column: pl.Series, golden: pl.Series, layouts: dict[int, list[str]]) -> list[Opened]:
    """Return fingerprints by layout; one of a record that was not shared so far is all that its founder brought."""
    founder = golden.str.split_exact(":", 1).struct.field("field_0")
    keyed = pl.DataFrame({"head": column.bin.slice(0, WIDTH), "founder": founder}).with_row_index("row")
    found = []
    for (head, stream), some in keyed.group_by("head", "founder", maintain_order=True):
        names = layouts.get(int.from_bytes(head, "little"), []) if isinstance(head, bytes) else []
        slots = _slots(column.gather(some["row"]), len(names))
        if not any(OF in name for name in names):
            names = names + [brought_by(str(stream), name) for name in names]
            slots = np.concatenate([slots, slots], axis=1)
        found.append(Opened(some["row"].to_numpy(), names, slots))
    return found


def _slots(column: pl.Series, width: int) -> np.ndarray:
    if not width:
        return np.zeros((len(column), 0), dtype="<u4")
    return np.frombuffer(b"".join(column.to_list()), dtype="<u4").reshape(len(column), width + 1)[:, 1:]


@dataclass(frozen=True)
class Account:
    """What the ledger keeps of shared records, as one stream sees it (rows × the stream's fields).

    Attributes:
        loaded: hashes of what was loaded last; zeros where `has_loaded` is false.
        brought: hashes of what this stream brought last; zeros where `has_brought` is false.
        others_have: another stream brought something for the field.
        others_same: another stream brought what was loaded last.
        others_true: another stream brought a flag that is set.
        others_first: a stream whose name comes first brought something for the field.
    """

    loaded: np.ndarray
    has_loaded: np.ndarray
    brought: np.ndarray
    has_brought: np.ndarray
    others_have: np.ndarray
    others_same: np.ndarray
    others_true: np.ndarray
    others_first: np.ndarray

    @classmethod
    def of(cls, parts: list[Opened], stream: str, entity: Entity, rows: int) -> "Account":
        """Return the account of `rows` records."""
        shape = (rows, len(entity.fields))
        hashes = [np.zeros(shape, dtype="<u4") for _ in range(2)]
        flags = [np.zeros(shape, dtype=bool) for _ in range(6)]
        made = cls(hashes[0], flags[0], hashes[1], *flags[1:])
        for part in parts:
            made._read(part, stream, entity)
        return made

    def _read(self, part: Opened, stream: str, entity: Entity) -> None:
        place = {name: at for at, name in enumerate(part.names)}
        for at, (field, name) in enumerate(zip(entity.fields, covered(entity), strict=True)):
            for values, has, key in (
                (self.loaded, self.has_loaded, name),
                (self.brought, self.has_brought, brought_by(stream, name)),
            ):
                if key in place:
                    values[part.rows, at] = part.slots[:, place[key]]
                    has[part.rows, at] = True
            for other in _others(part.names, stream, field):
                theirs = part.slots[:, place[other]]
                self.others_have[part.rows, at] |= theirs != 0
                self.others_true[part.rows, at] |= theirs == true_hash()
                self.others_first[part.rows, at] |= (theirs != 0) & (other < brought_by(stream, name))
                if other.endswith(OF + name):
                    self.others_same[part.rows, at] |= (theirs != 0) & (theirs == self.loaded[part.rows, at])

    @property
    def stands(self) -> np.ndarray:
        """Return where what was loaded last is what this stream brought, and it alone."""
        own = self.has_brought & self.has_loaded & (self.loaded == self.brought)
        return np.asarray(own & ~self.others_same)

    def only(self, rows: np.ndarray) -> "Account":
        """Return the account of the chosen rows."""
        return Account(
            self.loaded[rows],
            self.has_loaded[rows],
            self.brought[rows],
            self.has_brought[rows],
            self.others_have[rows],
            self.others_same[rows],
            self.others_true[rows],
            self.others_first[rows],
        )


def _others(names: list[str], stream: str, field: str) -> list[str]:
    parts = [(name, name.partition(OF)) for name in names if OF in name]
    return [name for name, (owner, _, what) in parts if owner != stream and what.startswith(f"{field}:")]


def closed(
    parts: list[Opened], stream: str, entity: Entity, loaded: np.ndarray, brought: np.ndarray
) -> tuple[pl.Series, dict[int, list[str]]]:
    """Return fingerprints that keep `loaded` and `brought` of this stream beside what others brought; their layouts."""
    pieces = []
    layouts: dict[int, list[str]] = {}
    for part in parts:
        stay = [at for at, name in enumerate(part.names) if not _own(name, stream, entity)]
        names = [part.names[at] for at in stay] + covered(entity)
        names += [brought_by(stream, name) for name in covered(entity)]
        slots = np.concatenate([part.slots[:, stay], loaded[part.rows], brought[part.rows]], axis=1).astype("<u4")
        order = sorted(range(len(names)), key=lambda at: (OF in names[at], names[at]))
        names = [names[at] for at in order]
        head = hash_of("\n".join(names))
        layouts[head] = names
        heads = np.full((len(part.rows), 1), head, dtype="<u4")
        pieces.append((part.rows, np.concatenate([heads, slots[:, order]], axis=1)))
    return _in_order(pieces), layouts


def _in_order(pieces: list[tuple[np.ndarray, np.ndarray]]) -> pl.Series:
    """Return the fingerprints of all pieces (places in the part, lines of numbers) in the part's order."""
    packed = pl.concat([pl.Series([], dtype=pl.Binary), *(as_fingerprints(lines) for _, lines in pieces)])
    places = np.concatenate([np.zeros(0, dtype=np.int64), *(rows for rows, _ in pieces)])
    return packed.gather(pl.Series(np.argsort(places), dtype=pl.UInt32)).alias("_fingerprint")


def _own(name: str, stream: str, entity: Entity) -> bool:
    """Return whether this stream's new hashes take the place of `name`, in whatever type it was kept."""
    owner, separator, _ = name.partition(OF)
    return owner == stream if separator else name.partition(":")[0] in entity.fields


def patched(
    column: pl.Series, layouts: dict[int, list[str]], stream: str, changes: dict[str, tuple[np.ndarray, np.ndarray]]
) -> pl.Series:
    """Return fingerprints with new hashes for some fields: `changes` has (where, hashes) by `field:type`."""
    pieces = []
    heads = pl.DataFrame({"head": column.bin.slice(0, WIDTH)}).with_row_index("row")
    for (head,), some in heads.group_by("head", maintain_order=True):
        names = layouts.get(int.from_bytes(head, "little"), []) if isinstance(head, bytes) else []
        rows, texts = some["row"].to_numpy(), column.gather(some["row"]).to_list()
        slots = np.frombuffer(b"".join(texts), dtype="<u4").reshape(len(rows), -1).copy()
        place = {name: at for at, name in enumerate(names, start=1)}
        for name, (where, values) in changes.items():
            for at in (place[kept] for kept in (name, brought_by(stream, name)) if kept in place):
                slots[:, at] = np.where(where[rows], values[rows], slots[:, at])
        pieces.append((rows, slots))
    return _in_order(pieces)
