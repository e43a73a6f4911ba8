"""Two sources matched by saved models end in the same customers, whichever comes first, and stay so."""

import polars as pl
import pytest

from crm_migration.ledger.decisions import Decided, record_decisions
from crm_migration.load.reviews import decide_pairs, unmerge
from crm_migration.load.target import SqlTarget
from tests.end_to_end.modelled import OBJECTS, Scene, halves, person

# What these tests share is dear: one process makes it, once.
pytestmark = pytest.mark.xdist_group("either-order-model")

TESTER = Decided("tester")
BOOKS, SHEET = "books.contact:", "sheet.contact:"
LEOPOLD = {"given_name": "Leopold", "family_name": "Oakshott"}
TAMSIN = {"given_name": "Tamsin", "family_name": "Oakshott"}
PHONE, MAIL = {"phone": "0304455667"}, {"email": "tamsin.oakshott@z.example"}
OTHER_PHONE, OTHER_MAIL = {"phone": "0409911223"}, {"email": "leo.oakshott@y.example"}


def rows() -> dict[str, dict[str, pl.DataFrame]]:
    """Return few rows of one source, more of the other, and in either a row that resembles two of the other one's."""
    made = halves(70, 0.3)
    for source, entity, row in (
        ("books", "contact", person("x1", **TAMSIN, **PHONE)),
        ("books", "contact", person("x2", **TAMSIN, **MAIL)),
        ("sheet", "contact", person("x3", **TAMSIN, **PHONE, **MAIL)),
        ("sheet", "contact", person("y1", **LEOPOLD, **OTHER_PHONE)),
        ("sheet", "contact", person("y2", **LEOPOLD, **OTHER_MAIL)),
        ("books", "contact", person("y3", **LEOPOLD, **OTHER_PHONE, **OTHER_MAIL)),
    ):
        made[source][entity] = pl.concat([made[source][entity], row])
    return made


@pytest.fixture(scope="module")
def both_ways(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Scene]:
    """Return what books and then sheet, and what sheet and then books, have made."""
    there, back = (Scene.make(tmp_path_factory.mktemp(name) / "scene", rows()) for name in ("there", "back"))
    for scene, order in ((there, ("books", "sheet")), (back, ("sheet", "books"))):
        for source in order:
            assert scene.run(source, "one")["model"] == "saved", "however few rows there are"
    return there, back


@pytest.mark.parametrize("entity", OBJECTS)
def test_either_source_may_come_first(both_ways: tuple[Scene, Scene], entity: str) -> None:
    there, back = (scene.clusters(entity) for scene in both_ways)
    assert there == back
    shared = [members for members in there if len({member.split(":")[0] for member in members}) > 1]
    assert len(shared) > 4, "there is something to get wrong"


@pytest.mark.parametrize(
    ("one", "other", "bridge"), [("books:x1", "books:x2", "sheet:x3"), ("sheet:y1", "sheet:y2", "books:y3")]
)
def test_a_row_that_resembles_two_of_the_other_source_joins_one_and_is_shown_with_the_other(
    both_ways: tuple[Scene, Scene], one: str, other: str, bridge: str
) -> None:
    told = []
    for scene in both_ways:
        assert not scene.together(one, other), "neither says that it is the other"
        joined = [row for row in (one, other) if scene.together(row, bridge)]
        assert len(joined) == 1
        left = {one, other} - set(joined) | {bridge}
        shown = [{side.replace(".contact", "") for side in (pair.a, pair.b)} for pair in scene.open_pairs()]
        assert left in shown
        told.append(joined)
    assert told[0] == told[1]


def test_check_advises_to_train_where_another_source_feeds_the_target_and_no_model_is_saved(
    both_ways: tuple[Scene, Scene],
) -> None:
    _, scene = both_ways
    (scene.root / "untrained.yaml").write_text((scene.root / "sheet.yaml").read_text())
    assert [advice.split(":")[0] for advice in scene.advice("untrained.yaml")] == list(OBJECTS)
    assert "books feeds contact too" in scene.advice("untrained.yaml")[0]
    assert scene.advice("sheet.yaml") == []


def test_merges_and_decisions_outlive_three_runs_of_both_sources(both_ways: tuple[Scene, Scene]) -> None:
    scene, _ = both_ways
    before = {entity: scene.clusters(entity) for entity in OBJECTS}
    for source in ("books", "sheet"):
        scene.run(source, "two")
    assert {entity: scene.clusters(entity) for entity in OBJECTS} == before, "both again change nothing"

    bridge = next(pair for pair in scene.open_pairs() if {pair.a, pair.b} & {SHEET + "x3"})
    kept = next(pair for pair in scene.open_pairs() if pair.reason == "given_name")
    merged = min(sorted(rows) for rows in before["contact"] if len(rows) == 2 and max(rows)[:5] == "sheet")
    scene.write("books", "contact", person("n1", **LEOPOLD, **OTHER_PHONE, **OTHER_MAIL))
    others = [(BOOKS + "n1", BOOKS + "y3"), (BOOKS + "n1", SHEET + "y1"), (BOOKS + "n1", SHEET + "y2")]

    def decide(target: SqlTarget) -> None:
        decide_pairs(target, [bridge], "same", TESTER)
        decide_pairs(target, [kept], "different", TESTER)
        unmerge(target, "contact", (merged[1].removeprefix("sheet:"), None), TESTER)
        record_decisions(target.ledger, "contact", others, "different", TESTER)

    scene.ask("sheet", decide)
    for source in ("books", "sheet"):
        scene.run(source, "three")
    decided = scene.clusters("contact")
    assert scene.together("books:x1", "books:x2", "sheet:x3"), "what a person joined"
    assert frozenset({merged[0]}) in decided, "what a person took apart"
    assert frozenset({merged[1]}) in decided
    assert frozenset({"books:n1"}) in decided, "the model alone would have joined it"
    for source, run_id in (("sheet", "four"), ("books", "five"), ("sheet", "six")):
        scene.run(source, run_id)
    assert scene.clusters("contact") == decided
    assert kept.number not in [pair.number for pair in scene.open_pairs()]
    assert scene.clusters("account") == before["account"]
