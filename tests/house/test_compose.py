"""docker-compose.yaml: valid, without default secrets, and in the words that the installed Airflow knows."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from tests.house.pages import PAGES, blocks, commands_of, imports_of

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yaml"
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<operator>:?[-?+])?")
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY$")
AIRFLOW_SERVICES = ("init", "api-server", "scheduler", "dag-processor", "triggerer", "worker")

# What only a process with Airflow can answer; it runs apart, out of reach of other tests' settings.
ASK_AIRFLOW = """
import contextlib, importlib, io, json, os, sys
from airflow.cli.cli_parser import get_parser
from airflow.configuration import conf
from airflow.executors.executor_loader import ExecutorLoader
from airflow.utils.providers_configuration_loader import providers_configuration_loaded

def refused(parser, command):
    try:
        with contextlib.redirect_stderr(io.StringIO()) as told, contextlib.redirect_stdout(io.StringIO()):
            parser.parse_args(command)
    except SystemExit:
        return told.getvalue().strip().splitlines()[-1]

@providers_configuration_loaded
def unknown(option):
    _, section, name = option.split("__")
    known = conf.configuration_description.get(section.lower(), {"options": {}})["options"]
    return name.lower() not in known

def is_there(module, name):
    return hasattr(importlib.import_module(module), name)

question = json.load(sys.stdin)
parser = get_parser()
answer = {
    "refused": {" ".join(c): r for c in question["commands"] if (r := refused(parser, c))},
    "absent": [n for n in question["names"] if not is_there(*n)],
    "unknown": [o for o in question["options"] if unknown(o)],
    "executor": type(ExecutorLoader.get_default_executor()).__name__,
}
print(json.dumps(answer))
"""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(COMPOSE.read_text())


def variables(text: str) -> list[tuple[str, str]]:
    return [(m["name"], m["operator"] or "") for m in VARIABLE.finditer(text)]


def airflow_commands(service: dict[str, Any]) -> list[list[str]]:
    """Every `airflow …` command line of a service: the one it runs, and the one that checks its health."""
    command, check = service["command"], service.get("healthcheck", {}).get("test", [])
    if isinstance(command, str):
        commands = [command.split()]
    else:
        commands = [line.split()[1:] for line in command[-1].splitlines() if line.split()[:1] == ["airflow"]]
    if check[1:2] == ["airflow"]:
        commands.append(check[2:])
    return commands


def shown_commands() -> list[list[str]]:
    """Every `airflow …` command line that a page shows, within a container too, with words for what it leaves open."""
    shown = [one.command for page in PAGES for one in commands_of(page) if re.search(r"\bairflow [a-z]", one.command)]
    return [shlex.split(one[one.index("airflow ") :].replace("…", "2026-01-01"))[1:] for one in shown]


def shown_names() -> list[tuple[str, str]]:
    """Every name that a program on a page takes from Airflow."""
    programs = [block.text for page in PAGES for block in blocks(page) if block.language == "python"]
    return [pair for text in programs for pair in imports_of(text) if pair[0].startswith("airflow.")]


def airflow_options(compose: dict[str, Any]) -> list[str]:
    names = {name for s in AIRFLOW_SERVICES for name in compose["services"][s]["environment"]}
    return sorted(name for name in names if name.startswith("AIRFLOW__"))


@pytest.fixture(scope="module")
def answer(compose: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the installed Airflow says to the commands, the options and the executor of the compose file."""
    home = tmp_path_factory.mktemp("airflow")
    env = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    env |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "86400",
    }
    env["AIRFLOW__CORE__EXECUTOR"] = compose["services"]["scheduler"]["environment"]["AIRFLOW__CORE__EXECUTOR"]
    commands = [c for s in AIRFLOW_SERVICES for c in airflow_commands(compose["services"][s])]
    question = json.dumps(
        {"commands": commands + shown_commands(), "options": airflow_options(compose), "names": shown_names()}
    )
    ran = subprocess.run(
        [sys.executable, "-c", ASK_AIRFLOW],
        input=question,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def test_it_follows_the_compose_specification() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        str(COMPOSE),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_no_secret_has_a_default() -> None:
    used = variables(COMPOSE.read_text())
    secrets = {name for name, _ in used if SECRET.search(name)}
    assert {name for name, operator in used if name in secrets and operator != ":?"} == set()
    assert secrets == {
        "AIRFLOW_ADMIN_PASSWORD",
        "AIRFLOW_API_SECRET_KEY",
        "AIRFLOW_FERNET_KEY",
        "AIRFLOW_JWT_SECRET",
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
    }


def test_no_secret_is_written_into_the_file(compose: dict[str, Any]) -> None:
    settings = {
        (service, name): str(value)
        for service, body in compose["services"].items()
        for name, value in body.get("environment", {}).items()
    }
    guarded = re.compile(r"PASSWORD$|SECRET$|_KEY$|SQL_ALCHEMY_CONN$|BROKER_URL$|RESULT_BACKEND$")
    assert [k for k, value in settings.items() if guarded.search(k[1]) and ":?" not in value] == []


def test_the_example_names_every_required_variable_and_gives_none_a_value() -> None:
    lines = [line for line in (ROOT / ".env.example").read_text().splitlines() if re.match(r"[A-Z_]+=", line)]
    required = {name for name, operator in variables(COMPOSE.read_text()) if operator == ":?"}
    assert {line.removesuffix("=") for line in lines} == required


def test_the_example_names_every_optional_variable() -> None:
    offered = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert offered == {name for name, operator in variables(COMPOSE.read_text()) if operator == ":-"}


def test_airflow_knows_every_command(answer: dict[str, Any]) -> None:
    assert answer["refused"] == {}


def test_airflow_knows_the_commands_that_the_pages_show(answer: dict[str, Any]) -> None:
    shown = [" ".join(command) for command in shown_commands()]
    assert len(shown) >= 3
    assert answer["refused"].keys() & set(shown) == set()


def test_airflow_has_the_names_that_programs_of_the_pages_import(answer: dict[str, Any]) -> None:
    assert shown_names() != []
    assert answer["absent"] == []


def test_every_airflow_service_has_a_command_that_was_asked_about(compose: dict[str, Any]) -> None:
    assert [s for s in AIRFLOW_SERVICES if not airflow_commands(compose["services"][s])] == []


def test_airflow_knows_every_option(answer: dict[str, Any]) -> None:
    assert answer["unknown"] == []


def test_the_executor_loads(answer: dict[str, Any]) -> None:
    assert answer["executor"] == "CeleryExecutor"


def test_all_services_share_keys_and_the_address_for_tasks(compose: dict[str, Any]) -> None:
    shared = (
        "AIRFLOW__API_AUTH__JWT_SECRET",
        "AIRFLOW__API__SECRET_KEY",
        "AIRFLOW__CORE__FERNET_KEY",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
    )
    environments = [compose["services"][s]["environment"] for s in AIRFLOW_SERVICES]
    assert all(len({environment[name] for environment in environments}) == 1 for name in shared)


@pytest.mark.parametrize("service", AIRFLOW_SERVICES)
def test_airflow_runs_without_root_and_without_capabilities(compose: dict[str, Any], service: str) -> None:
    body = compose["services"][service]
    assert (body["user"], body["cap_drop"]) == ("50000:0", ["ALL"])


def test_every_lasting_service_is_checked_and_every_service_is_bounded(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [s for s in services if s != "init" and "healthcheck" not in services[s]] == []
    assert [s for s in services if "memory" not in services[s]["deploy"]["resources"]["limits"]] == []


def test_nothing_is_published_beyond_this_machine(compose: dict[str, Any]) -> None:
    ports = [port for body in compose["services"].values() for port in body.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_workers_share_the_staging_folder_and_can_be_scaled(compose: dict[str, Any]) -> None:
    worker = compose["services"]["worker"]
    assert "staging:" + worker["environment"]["CRM_MIGRATION_STAGING"] in worker["volumes"]
    assert {"container_name", "hostname", "ports"} & worker.keys() == set()


def test_the_image_holds_the_airflow_of_the_lock() -> None:
    image = re.search(r"apache/airflow:slim-([\d.]+)-python([\d.]+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    pins = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line and line[0] != " "]
    locked = {(r := Requirement(pin)).name: str(r.specifier) for pin in pins}
    assert image is not None
    assert (f"=={image[1]}", image[2]) == (locked["apache-airflow"], "3.11")
