"""Whatever is said of a task that failed behind its source has Chinese words."""

from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import psycopg
import pytest

from crm_migration.clean.facts import Facts
from crm_migration.errors import InvalidValue
from crm_migration.load.fxiaoke.answers import Answer, Asked, _fault
from crm_migration.load.fxiaoke.codes import MEANINGS
from crm_migration.load.refusal import classify
from tests.web.said import CHINESE, PACKAGE, Said, untold

ROOMS = ("clean", "drift", "ledger", "load", "match", "orchestration", "report", "validate")
ALONE = ("pipeline.py", "preflight.py", "staging.py")
BY_COMMAND = ("load/reviews.py", "load/fxiaoke/settings.py", "ledger/migrations")
"""Whose sentences reach a person who types a command, and no page."""
PUT_IN = {
    "a new run, found one that q7": "a new run, found one that is complete",
    "expected a run that was loaded, found q7": "expected a run that was loaded, found one that was rolled back",
    "q7: q7(SQLSTATE q7)": "q7: q7 (SQLSTATE q7)",
    "q7\nThe sample has been rolled back; q7.": "The sample has been rolled back; q7 differ from before.",
    "connection q7: ": "connection 'q7': ",
}
COMPOSED = ("load/fxiaoke/answers.py", "validate/checks.py")
OWN = (
    *("q7", "on_invalid", "reject", "null", "evolve", "discard", "CRM_MIGRATION_STAGING", "CRM_MIGRATION_BACKUP_DAYS"),
    *("MiB", "lineage", "JSON", "tolerances.deleted_share", "CRM", "API", "target.object", "notify", "via: smtp"),
    *("apache-airflow-providers-smtp", "via: webhook", "Airflow", "extract", "target_review.changed", "CSV"),
    *("describe_sample", "max_allowed_packet", "crm-migration backup", "SQLSTATE", "base URL", "force"),
    *("target.connection", "fs", "columns_per_file", "columns", "labels", "values", "manifest.json", "import_files"),
    *("--object", "--action", "smtp", "extra", "from_email", "http", "form", "target.import_files", "target.id"),
    *(
        "entities",
        "Admin",
        "Connections",
        "SQLite",
        "login",
        "dataList",
        "total",
        "describe",
        "tolerances.rejected_share",
    ),
    *("_id"),
)


def told() -> Iterator[str]:
    paths = [path for room in ROOMS for path in sorted((PACKAGE / room).glob("**/*.py"))]
    for path in [*paths, *(PACKAGE / name for name in ALONE)]:
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(BY_COMMAND + COMPOSED):
            for said in Said(path).sentences():
                yield put_in(said)


def put_in(said: str) -> str:
    """Return a sentence with what it may really hold in places where not any text is right."""
    for short, whole in PUT_IN.items():
        said = said.replace(short, whole)
    return said


def test_what_is_said_of_tasks_that_failed_has_chinese_words() -> None:
    texts = set(told())
    assert len(texts) >= 80
    assert {text: words for text in sorted(texts) if (words := untold(text, *OWN))} == {}


ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("code", [20012, 99999, *MEANINGS])
@pytest.mark.parametrize("content", [{}, {"traceId": "q7", "errorMessage": "q7 is wrong"}])
def test_each_answer_of_fxiaoke_has_chinese_words(code: int, content: dict[str, str]) -> None:
    answer = Answer(code, content)
    for asked in (Asked("q7"), Asked("q7", of_a_record=True, fields=("q7",))):
        fault = str(_fault(answer, asked, ZONE))
        assert CHINESE.sentence(fault).count(f"代码 {code}") == 1
        assert untold(fault, "q7", "CST", "offset") == []


@pytest.mark.parametrize("state", ["08006", "42501", "XX000"])
def test_each_answer_of_a_database_about_a_load_has_chinese_words(state: str) -> None:
    class Failed(psycopg.Error):
        sqlstate = state

    said = str(classify(Failed("q7"), "q7"))
    assert CHINESE.sentence(said) != said
    assert untold(said, "q7", "SQLSTATE", state, "None") == []


def test_values_that_stop_a_run_have_chinese_words() -> None:
    facts = Facts(failed=Counter({"q7": 3}), first_failed={"q7": "q7"})
    with pytest.raises(InvalidValue) as raised:
        facts.raise_failed("q7", "q7")
    assert untold(str(raised.value), "q7", "on_invalid", "reject", "null") == []
