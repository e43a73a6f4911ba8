"""A desk at which somebody types what the pages show: a folder, an environment, and the systems that it leads to."""

import contextlib
import json
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner

from crm_migration import command
from crm_migration.cli import app
from tests.import_files.wizard_runs import Wizard
from tests.match.people import FIELDS, people
from tests.reload.firm import Firm

PLAIN = re.compile(r"""crm-migration ([^|&;<>$`"'\\]|"[^"$`\\]*"|'[^']*')*""")
RUN_ID = re.compile(r"cli__[0-9T:.-]+[0-9]")
KEPT = ("AIRFLOW_CONN_", "CRM_MIGRATION_", "PATH")
CUSTOMERS = "No;Company;Phone\n1;Müller GmbH;030 901820\n2;Nordlicht AG;040 428980\n"
CRM = "CREATE TABLE account (id INTEGER PRIMARY KEY, legacy_id TEXT UNIQUE, name TEXT, phone TEXT)"
TEXTS = ", ".join(f"{name} TEXT" for name in FIELDS)
SHOP_CRM = f"CREATE TABLE contact (id INTEGER PRIMARY KEY, legacy_id TEXT UNIQUE, {TEXTS})"
SHOP = """\
version: "1"
source: {name: shop, connection: shop}
target: {name: shop_crm, connection: shop_crm}
start_date: "2026-01-01"
entities:
  contact:
    table: people
    key: id
    target: {object: contact, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, required: true}
      given_name: {from: given_name, kind: text}
      family_name: {from: family_name, kind: text}
      email: {from: email, kind: text}
      phone: {from: phone, kind: text}
      city: {from: city, kind: text}
    match:
      keys: [{name: e-mail, fields: [email]}]
      model:
        kind: person
        fields: {given_name: given_name, family_name: family_name, email: email, phone: phone, city: city}
"""
PEOPLE = 460
"""Just enough for a model to learn from: with the second rows, more than 500."""
TWINS = [(key, "anna", "adler", "anna.adler@w.example", "0301234567", "Bonn") for key in ("4711", "4712")]


@contextlib.contextmanager
def as_wide_as(columns: int) -> Iterator[None]:
    """Have the product's tables that wide, whatever the environment said when this process imported it."""
    consoles = {console: console._width for console in (command.out, command.err)}
    for console in consoles:
        console.width = columns
    try:
        yield
    finally:
        for console, width in consoles.items():
            console._width = width


@dataclass
class Desk:
    """A folder, and the environment that whoever sits there has; `words` are what stands for the reader's own."""

    folder: Path
    environment: dict[str, str]
    words: dict[str, str] = field(default_factory=dict)

    def type(self, command: str) -> str:
        """Carry a command out, which must end well, and return what it prints.

        The product's own command runs within this process, which spares its start; the shell does all else.
        """
        typed = self.meant(command)
        told = self._call(shlex.split(typed)[1:]) if PLAIN.fullmatch(typed) else self._shell(typed)
        for run_id in RUN_ID.findall(told)[:1] if " run " in command else ():
            self.words["RUN"] = run_id
        return told

    def meant(self, command: str) -> str:
        """Return a command with the reader's own words in it."""
        for shown, own in sorted(self.words.items(), key=lambda pair: -len(pair[0])):
            command = re.sub(rf"(?<![\w-]){re.escape(shown)}(?![\w-])", own.replace("\\", r"\\"), command)
        return command

    def _call(self, words: list[str]) -> str:
        with contextlib.chdir(self.folder), as_wide_as(int(self.environment["COLUMNS"])):
            done = CliRunner().invoke(app, words, env=dict(self.environment))
        assert done.exception is None or isinstance(done.exception, SystemExit), (words, done.exception)
        assert done.exit_code == 0, f"{words}\n{done.output[-3000:]}"
        return done.output

    def _shell(self, command: str) -> str:
        kept = self.folder / ".environment"
        script = f"{command}\nenv -0 > {shlex.quote(str(kept))}"
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{command}\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
        told = dict(entry.split("=", 1) for entry in kept.read_text(encoding="utf-8").split("\0") if entry)
        self.environment |= {name: value for name, value in told.items() if name.startswith(KEPT)}
        return ran.stdout


def empty_desk(folder: Path) -> Desk:
    """Return a desk with nothing on it."""
    folder.mkdir(parents=True, exist_ok=True)
    return Desk(
        folder,
        {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(folder),
            "COLUMNS": "200",
            "GX_ANALYTICS_ENABLED": "false",
            "CRM_MIGRATION_STAGING": str(folder / "staging"),
        },
    )


def lay_out_customers(desk: Desk) -> None:
    """Put a file of customers on the desk, and the CRM that they belong in."""
    (desk.folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    _database(desk, "crm", CRM)


def lay_out_firm(desk: Desk) -> Firm:
    """Put a source on the desk of which five rows are rejected, and its target."""
    firm = Firm.make(desk.folder)
    desk.environment |= {
        "AIRFLOW_CONN_OLD": f"sqlite:///{desk.folder / 'old.sqlite'}",
        "AIRFLOW_CONN_NEW": f"sqlite:///{desk.folder / 'new.sqlite'}",
    }
    return firm


def lay_out_wizard(desk: Desk) -> Wizard:
    """Put a run `handed_over` on the desk whose files an import wizard has taken, and its results."""
    root = desk.folder / "wizard"
    wizard = Wizard(root, f"sqlite:///{root / 'ledger.sqlite'}")
    wizard.load("handed_over")
    wizard.close()
    accounts = {key: (f"001{key}", "") for key in ("f1", "f2", "f3", "f4")}
    results = wizard.result("01_Account_create_001_results.csv", "Legacy key", accounts)
    desk.environment |= {
        "AIRFLOW_CONN_LEGACY": f"sqlite:///{root / 'legacy.sqlite'}",
        "AIRFLOW_CONN_FOLDER": json.dumps({"conn_type": "fs", "extra": {"path": str(root / "out")}}),
        "AIRFLOW_CONN_LEDGER": wizard.ledger_url,
        "CRM_MIGRATION_STAGING": str(root / "staging"),
    }
    desk.words |= {"MAPPING": str(root / "legacy.yaml"), "RUN": "handed_over", "FILE…": str(results)}
    return wizard


def lay_out_shop(desk: Desk) -> None:
    """Put people on the desk of whom some stand there twice, misspelt, and a mapping that asks a model about them."""
    mappings = desk.folder / "include" / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    (mappings / "crm.yaml").write_text(SHOP, encoding="utf-8")
    _database(desk, "shop_crm", SHOP_CRM)
    database = _database(desk, "shop", f"CREATE TABLE people (id TEXT, {TEXTS})")
    with contextlib.closing(sqlite3.connect(database)) as shop:
        shop.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)", [*people(PEOPLE).iter_rows(), *TWINS])
        shop.commit()


def _database(desk: Desk, name: str, statement: str) -> Path:
    path = desk.folder / f"{name}.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()
    desk.environment[f"AIRFLOW_CONN_{name.upper()}"] = f"sqlite:///{path}"
    return path
