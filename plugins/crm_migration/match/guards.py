"""Guards: the pairs that a key proposes and a person must look at before anything is merged."""

import polars as pl
from rapidfuzz.distance import Levenshtein

from crm_migration.match.chinese import simplified
from crm_migration.match.companies import companies_differ
from crm_migration.match.compare import PHONE_DIGITS, digits, domain
from crm_migration.match.folding import caseless, joined, words
from crm_migration.match.pairs import beside
from crm_migration.match.persons import generations_differ, given_names_agree_weakly, given_names_differ, names_swapped
from crm_migration.match.plan import Plan
from crm_migration.match.pool import Pool

_SLIP = 2
_GENERATION = 12
"""Years between two dates of birth from which on they may be a parent's and a child's of one name."""
_OWN = ("birth_date", "email", "phone")


def forbidden(plan: Plan, pool: Pool, pairs: pl.DataFrame) -> pl.Series:
    """Return for each pair whether its two sides are clearly two persons (see `objections`)."""
    return objections(plan, pool, pairs).is_not_null()


def objections(plan: Plan, pool: Pool, pairs: pl.DataFrame) -> pl.Series:
    """Return for each pair what says that its two sides are two persons: `given_name` or `birth_date`, else null.

    Without a given name to look at, nothing is said.
    """
    given = plan.given_name
    if given is None or pairs.is_empty():
        return pl.repeat(None, n=pairs.height, dtype=pl.String, eager=True)
    wanted = pl.concat([pairs["a"], pairs["b"]])
    other = simplified(words(joined(plan.other_names))) if plan.other_names else pl.lit(None, dtype=pl.String)
    own = {name: plan.model.fields.named.get(name, []) if plan.model else [] for name in _OWN}
    names = pool.values(wanted, [given, *plan.other_names, *(field for fields in own.values() for field in fields)])
    names = names.select(
        pl.col("_node").alias("node"),
        simplified(words(pl.col(given).cast(pl.String))).alias("given"),
        other.alias("other"),
        *[_first(fields, name).alias(name) for name, fields in own.items()],
        domain(_first(own["email"], "email")).is_not_null().alias("at_work"),
    )
    sides = beside(pairs.select("a", "b"), names)
    apart = persons_apart(sides.select("given_a", "other_a", "given_b", "other_b")) | weakly_named_apart(sides)
    said = pl.when(apart).then(pl.lit("given_name")).when(births_apart(sides)).then(pl.lit("birth_date"))
    return pl.select(said.alias("objection")).to_series()


def named_by_initial(plan: Plan, pool: Pool, pairs: pl.DataFrame) -> pl.Series:
    """Return for each pair whether the given names agree by an initial or a later name alone."""
    given = plan.given_name
    if given is None or pairs.is_empty():
        return pl.repeat(value=False, n=pairs.height, dtype=pl.Boolean, eager=True)
    values = pool.values(pl.concat([pairs["a"], pairs["b"]]), [given])
    name = simplified(words(pl.col(given).cast(pl.String))).fill_null("")
    sides = beside(pairs.select("a", "b"), values.select(pl.col("_node").alias("node"), name.alias("given")))
    return weakly_named(sides["given_a"], sides["given_b"])


def _first(fields: list[str], part: str) -> pl.Expr:
    """Return the first filled of the fields that play the part, as it is compared."""
    texts = [pl.col(field).cast(pl.String) for field in fields]
    if not texts:
        return pl.lit(None, dtype=pl.String)
    if part == "email":
        return pl.coalesce(caseless(text) for text in texts)
    first = pl.coalesce(digits(text) for text in texts)
    return first.str.tail(PHONE_DIGITS) if part == "phone" else first


def weakly_named_apart(sides: pl.DataFrame) -> pl.Series:
    """Return for each pair whether the given names agree weakly, and mailbox, phone or date of birth differ.

    A mailbox in a company that bears the family name is one person's, whichever phone stands beside it.
    """
    family = pl.col("other_a").str.split(" ").list.last()
    named = pl.col("email_a").str.extract(r"^([^@]+)@", 1).str.contains(family, literal=True)
    one_box = (pl.col("at_work_a") & (pl.col("email_a") == pl.col("email_b")) & named).fill_null(value=False)
    own_columns = [f"{part}_{side}" for side in "ab" for part in _OWN]
    chosen = sides.select(one_box.alias("one_box"), "given_a", "given_b", *own_columns)
    apart = [
        bool(given and name) and not one and given_names_agree_weakly(given, name) and _differ(own[:3], own[3:])
        for one, given, name, *own in chosen.iter_rows()
    ]
    return pl.Series(apart, dtype=pl.Boolean)


def weakly_named(left: pl.Series, right: pl.Series) -> pl.Series:
    """Return for each pair whether the given names agree, but weakly (see `given_names_agree_weakly`)."""
    named = (
        pl.DataFrame({"left": left, "right": right}).with_row_index("place").filter(pl.col("left") != pl.col("right"))
    )
    weak = [place for place, one, other in named.iter_rows() if given_names_agree_weakly(one, other)]
    return pl.int_range(len(left), dtype=pl.UInt32, eager=True).is_in(pl.Series(weak, dtype=pl.UInt32).implode())


def _differ(one: list[str | None], other: list[str | None]) -> bool:
    """Return whether a date of birth, mailbox or phone differs, the dates not being the same."""
    if one[0] and one[0] == other[0]:
        return False
    both = [(left, right) for left, right in zip(one, other, strict=True) if left and right]
    return any(Levenshtein.distance(left, right, score_cutoff=_SLIP) > _SLIP for left, right in both)


def births_apart(sides: pl.DataFrame) -> pl.Series:
    """Return for each pair whether the dates of birth are clearly two persons'.

    Parents and children, brothers and sisters bear names alike, or the same, and share a mailbox; a slip of the pen is
    in one digit, and of equal names it leaves day and month, or the generation, as they are.
    """
    apart = [
        bool(one and other)
        and Levenshtein.distance(one, other) > _SLIP
        and (given != name or _of_two_generations(one, other))
        for one, other, given, name in sides.select("birth_date_a", "birth_date_b", "given_a", "given_b").iter_rows()
    ]
    return pl.Series(apart, dtype=pl.Boolean)


def _of_two_generations(one: str, other: str) -> bool:
    """Return whether two dates (YYYYMMDD) lie a generation apart and not on one day of the year."""
    return abs(int(one[:4]) - int(other[:4])) >= _GENERATION and one[4:] != other[4:]


def persons_apart(names: pl.DataFrame) -> pl.Series:
    """Return for each pair of folded names (given, other, given, other) whether they are clearly two persons'.

    Clearly different: the given names are neither equal, short form, initial, similar, nor swapped with another name
    of the other side, or one is the junior and the other the senior. A given name that is missing says nothing.
    """
    columns = ("given_a", "other_a", "given_b", "other_b")
    named = names.rename(dict(zip(names.columns, columns, strict=True))).with_row_index("place")
    named = named.with_columns(pl.col("other_a", "other_b").fill_null(""))
    unequal = named.filter((pl.col("given_a") != pl.col("given_b")) | (pl.col("other_a") != pl.col("other_b")))
    apart = [
        place
        for place, given_a, other_a, given_b, other_b in unequal.select("place", *columns).iter_rows()
        if _apart((given_a, other_a), (given_b, other_b))
    ]
    return pl.int_range(names.height, dtype=pl.UInt32, eager=True).is_in(pl.Series(apart, dtype=pl.UInt32).implode())


def _apart(left: tuple[str | None, str], right: tuple[str | None, str]) -> bool:
    if generations_differ(f"{left[0] or ''} {left[1]}", f"{right[0] or ''} {right[1]}"):
        return True
    if not left[0] or not right[0] or left[0] == right[0]:
        return False
    return given_names_differ(left[0], right[0]) and not names_swapped((left[0], left[1]), (right[0], right[1]))


def companies_apart(left: pl.Series, right: pl.Series) -> pl.Series:
    """Return for each pair of base names whether they are clearly two companies'."""
    named = (
        pl.DataFrame({"left": left, "right": right}).with_row_index("place").filter(pl.col("left") != pl.col("right"))
    )
    apart = [place for place, one, other in named.iter_rows() if companies_differ(one, other)]
    return pl.int_range(len(left), dtype=pl.UInt32, eager=True).is_in(pl.Series(apart, dtype=pl.UInt32).implode())
