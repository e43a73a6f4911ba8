"""Two streams that feed one object: which of them is matched first makes no difference to who is one customer."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.match import KnownRecords
from crm_migration.match.blocking import block
from crm_migration.match.engine import engine, put
from crm_migration.match.scoring import estimate_prior, score, weigh
from tests.match.customers import customers, learned, table
from tests.match.stage import mapping, run
from tests.match.test_match import person

Rows = list[dict[str, Any]]
GUARDS = {"guards": {"given_name": "given_name", "max_holders": 20}}
PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["Ann", "Anna", "Tom", "Tina", "T."]), st.sampled_from(["a", "b", None]), st.sampled_from("123")
    ),
    max_size=4,
)


def clusters(
    root: Path, sides: dict[str, Rows], order: tuple[str, str], asked: dict[str, Any] | None = None
) -> set[frozenset[str]]:
    """Return the clusters of rows (`source:key`) when one side is matched, and then the other."""
    first, second = order
    asked = asked or GUARDS
    one = run(root / f"{first} first", sides[first], config=mapping(asked, source=first))
    before = KnownRecords(one.known().crosswalk.clear(), [one.tables["golden"]], one.known().lineage)
    two = run(root / f"{second} then", sides[second], before, config=mapping(asked, source=second))
    found: dict[str, set[str]] = {}
    for source, matched in ((first, one), (second, two)):
        for key, golden in matched.members.items():
            found.setdefault(golden, set()).add(f"{source}:{key}")
    return {frozenset(rows) for rows in found.values()}


def side(people: list[tuple[str, str | None, str]]) -> Rows:
    return [
        person(str(number), given_name, "Lee", mail and f"{mail}@x.org", phone=f"+49{phone}")
        for number, (given_name, mail, phone) in enumerate(people)
    ]


@settings(max_examples=15, deadline=None)
@given(PEOPLE, PEOPLE)
def test_either_stream_may_be_matched_first(crm: list[Any], erp: list[Any]) -> None:
    sides = {"crm": side(crm), "erp": side(erp)}
    with TemporaryDirectory() as root:
        assert clusters(Path(root), sides, ("crm", "erp")) == clusters(Path(root), sides, ("erp", "crm"))


def test_an_initial_that_fits_two_persons_is_nobodys_whichever_stream_is_first(tmp_path: Path) -> None:
    box = "lee@x.org"
    sides = {"crm": [person("1", "T.", "Lee", box)], "erp": [person(n, n, "Lee", box) for n in ("Tom", "Tina")]}
    for order in (("crm", "erp"), ("erp", "crm")):
        assert max(map(len, clusters(tmp_path, sides, order))) == 1


def test_two_rows_of_a_stream_are_not_one_since_a_row_of_another_resembles_both(tmp_path: Path) -> None:
    apart = [person("1", "Ann", "Lee", "a@x.org"), person("2", "Ann", "Lee", phone="+491")]
    sides = {"crm": apart, "erp": [person("9", "Ann", "Lee", "a@x.org", phone="+491")]}
    for order in (("crm", "erp"), ("erp", "crm")):
        assert clusters(tmp_path, sides, order) == {frozenset({"crm:1", "erp:9"}), frozenset({"crm:2"})}


def test_rows_of_one_customer_are_one_holder_whichever_stream_is_first(tmp_path: Path) -> None:
    phone = {"phone": "+491"}
    erp = [person(str(n), "Ann", "Lee", f"{'ann' if n < 4 else n}@x.org", **phone) for n in range(5)]
    many = {"crm": [person("9", "Ann", "Lee", **phone), person("8", "Tom", "Lee", **phone)], "erp": erp}
    for order in (("crm", "erp"), ("erp", "crm")):
        joined = frozenset({"crm:9", *(f"erp:{n}" for n in range(5))})
        assert clusters(tmp_path / "few", many, order, five()) == {joined, frozenset({"crm:8"})}
    strangers = [person(str(n), name, "Lee", **phone) for n, name in enumerate(["Ann", "Bob", "Cy", "Dot", "Eve"])]
    for order in (("crm", "erp"), ("erp", "crm")):
        made = clusters(tmp_path / "many", many | {"erp": strangers}, order, five())
        assert max(map(len, made)) == 1, "six households share it"


def five() -> dict[str, Any]:
    return {"guards": {"given_name": "given_name", "max_holders": 5}}


def of_two_streams(rows: pl.DataFrame, fresh: int) -> pl.DataFrame:
    """Return the features of rows of two streams by turns; those of one are to be placed, the other's are known."""
    made = table("person", rows).with_columns(_side=pl.col("unique_id") % 2)
    new = pl.col("_side") == fresh
    return made.with_columns(fresh=new, stream=pl.when(new).then(0).otherwise(1)).drop("_side", "identity")


def test_pairs_of_two_streams_are_judged_alike_from_either_side() -> None:
    rows, judged = customers("person"), []
    for fresh in (0, 1):
        with engine() as connection:
            made = of_two_streams(rows, fresh)
            put(connection, "feature", iter([made]))
            scored = score(connection, learned("person"), [1e4, 7e4])
            sides = made.select("unique_id", "stream")
            pairs = scored.pairs.join(sides, left_on="unique_id_l", right_on="unique_id")
            pairs = pairs.join(sides, left_on="unique_id_r", right_on="unique_id", suffix="_r")
            judged.append(pairs.filter(pl.col("stream") != pl.col("stream_r")).drop("stream", "stream_r"))
    assert judged[0].height > 50
    assert judged[0].equals(judged[1])


def test_duplicates_within_a_stream_do_not_make_its_pairs_with_another_likelier() -> None:
    with engine() as connection:
        put(connection, "feature", iter([of_two_streams(customers("person"), 0)]))
        bare, strata = weigh(connection, learned("person"), [1e4, 7e4]).bare()
        assert set(strata.tolist()) == {0, 1}
        many = score(connection, learned("person"), [1e4, 7e4])
        across = estimate_prior(bare[strata == 1], 7e4)
        assert many.prior == (1e4 * estimate_prior(bare[strata == 0], 1e4) + 7e4 * across) / 8e4


def test_a_mailbox_of_many_in_another_stream_still_proposes_the_few_of_this_one() -> None:
    rows = customers("person").with_columns(pl.lit("ann.lee@x.example").alias("email"))
    own = table("person", rows).with_row_index("place").drop("identity")
    few = pl.col("place") < 4
    made = own.with_columns(fresh=few, stream=pl.when(few).then(0).otherwise(1)).drop("place")
    with engine() as connection:
        put(connection, "feature", iter([made]))
        used = block(connection, "person").used
        proposed = connection.sql(
            "SELECT l.stream + r.stream, count(*) FROM blocked JOIN feature l ON l.unique_id = join_key_l "
            "JOIN feature r ON r.unique_id = join_key_r WHERE match_key = '0' GROUP BY 1"
        ).fetchall()
    assert next(iter(used)) == ("email",)
    assert proposed == [(0, 6)]
