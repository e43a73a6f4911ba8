"""Great Expectations' pages about a validation, staged with the run.

As the library makes them, the pages load programs, styles and pictures from a dozen hosts. Shown behind a login, such a
program could do what the reader may do; so what lies elsewhere is taken out, and no program runs.
"""

import logging
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from crm_migration.staging import file_system
from crm_migration.validate.checks import RUN
from crm_migration.validate.validity import Suites, first_line

logger = logging.getLogger(__name__)

PROGRAM = re.compile(r"<script\b.*?</script\s*>", re.DOTALL | re.IGNORECASE)
ELSEWHERE = re.compile(
    r"""<(?:link|img|iframe|source)\b[^>]*?\b(?:href|src)\s*=\s*["']?(?:https?:)?//[^>]*>""", re.IGNORECASE
)
HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
ALLOWED = """
<meta http-equiv="Content-Security-Policy"
 content="script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'">
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 75rem; padding: 0 1rem; }
table { border-collapse: collapse; }
td, th { border: 1px solid #ccd; padding: .3rem .6rem; text-align: left; vertical-align: top; }
.modal, .cooltip .top, footer { display: none; } img { max-width: 10rem; }
</style>
"""
VIEWS = "crm_migration.validate.page_views"
LEFT_OUT = {".gif", ".otf"}
"""Moving pictures that advertise, and a typeface: four megabytes of them in each run."""


def build_data_docs(suites: Suites) -> str | None:
    """Stage the pages of a validation beside its results, with links among themselves only; return the index page.

    None where no suite has run, or the pages could not be made: the checks do not depend on them.
    """
    if suites.context is None:
        return None
    place = f"{suites.scope.folder.table(RUN, 'gx')}/docs-{suites.scope.phase}"
    try:
        with tempfile.TemporaryDirectory(prefix="data-docs-") as folder:
            _build(suites, folder)
            for page in Path(folder).rglob("*.html"):
                page.write_text(_alone(page.read_text(encoding="utf-8")), encoding="utf-8")
            _put(Path(folder), place)
    except Exception as error:  # noqa: BLE001 - pages to look at; the checks are done, and must not be lost for them
        logger.warning("Data Docs were not built: %s", first_line(f"{type(error).__name__}: {error}"))
        return None
    return f"{place}/index.html"


def _build(suites: Suites, folder: str) -> None:
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    run = RunIdentifier(run_name=suites.scope.folder.run_id)
    for suite, outcome in suites.results:
        suites.context.suites.add(suite)
        outcome.meta["run_id"] = run
        place = ValidationResultIdentifier(ExpectationSuiteIdentifier(suite.name), run, outcome.batch_id)
        suites.context.validation_results_store.set(place, outcome)
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": folder}
    site = {"class_name": "SiteBuilder", "store_backend": store, **_views()}
    suites.context.add_data_docs_site("local", site)
    suites.context.build_data_docs(site_names=["local"])


def _views() -> dict[str, Any]:
    """Return what the site's pages are made with: views that compile each template once."""
    page = {"module_name": VIEWS, "class_name": "PageView"}
    index = {"module_name": VIEWS, "class_name": "IndexPageView"}
    return {
        "site_section_builders": {name: {"view": dict(page)} for name in ("expectations", "validations", "profiling")},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "view": index},
    }


def _alone(page: str) -> str:
    """Return a page without programs, and without what lies on other hosts."""
    bare = ELSEWHERE.sub("", PROGRAM.sub("", page))
    return HEAD.sub(lambda found: found[0] + ALLOWED, bare, count=1)


def _put(made: Path, place: str) -> None:
    """Copy the pages to staging, in place of those of an earlier attempt."""
    filesystem, folder = file_system(place)
    if filesystem.exists(folder):
        filesystem.rm(folder, recursive=True)
    for file in sorted(made.rglob("*")):
        if file.is_file() and file.suffix.lower() not in LEFT_OUT:
            goal = f"{folder}/{file.relative_to(made).as_posix()}"
            filesystem.makedirs(goal.rpartition("/")[0], exist_ok=True)
            with file.open("rb") as source, filesystem.open(goal, "wb") as handle:
                shutil.copyfileobj(source, handle)
