"""The house itself: what is shipped, what is locked, and what must not stand in a public repository."""

import configparser
import re
import subprocess
import sys
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt")


def git_files(*also: str) -> list[str]:
    """Paths of the files that git tracks, and of those that further options of `git ls-files` name."""
    command = ["git", "ls-files", "-z", "--cached", *also]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(path for path in set(listed.split("\0")) if path and (ROOT / path).is_file())


def own_files() -> list[str]:
    """Paths of all files that git tracks or would take."""
    return git_files("--others", "--exclude-standard")


def requirements(name: str) -> list[Requirement]:
    """The requirements of a file, without comments, options and what `# via` explains."""
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from a copy of the repository's files."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for path in own_files():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes((ROOT / path).read_bytes())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (path,) = out.glob("*.whl")
    return zipfile.ZipFile(path)


def wheel_text(wheel: zipfile.ZipFile, name: str) -> str:
    (path,) = (n for n in wheel.namelist() if n.endswith(f".dist-info/{name}"))
    return wheel.read(path).decode()


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    package = "plugins/crm_migration/"
    expected = {path.removeprefix("plugins/") for path in own_files() if path.startswith(package)}
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == expected


@pytest.mark.parametrize("kind", [".json", ".html.j2", ".css", "/py.typed", "ledger/migrations/env.py"])
def test_the_wheel_holds_package_data(wheel: zipfile.ZipFile, kind: str) -> None:
    assert [name for name in wheel.namelist() if name.endswith(kind)] != []


def test_the_wheel_installs_the_command(wheel: zipfile.ZipFile) -> None:
    entries = configparser.ConfigParser()
    entries.read_string(wheel_text(wheel, "entry_points.txt"))
    command = entries["console_scripts"]["crm-migration"]
    module = command.partition(":")[0].replace(".", "/")
    assert command == "crm_migration.cli:app"
    assert {f"{module}.py", f"{module}/__init__.py"} & set(wheel.namelist()) != set()


def test_the_wheel_names_license_python_and_dependencies(wheel: zipfile.ZipFile) -> None:
    metadata = HeaderParser().parsestr(wheel_text(wheel, "METADATA"))
    assert metadata["License-Expression"] == "Apache-2.0"
    assert set(metadata["Requires-Python"].split(",")) == {">=3.11", "<3.14"}
    assert {Requirement(r) for r in metadata.get_all("Requires-Dist", [])} == set(requirements("requirements.in"))


def test_the_project_names_the_dependencies_of_requirements_in() -> None:
    assert {Requirement(str(r)) for r in project()["dependencies"]} == set(requirements("requirements.in"))


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_pins_every_direct_dependency_within_its_bounds(lock: str) -> None:
    pins: dict[str, list[str]] = {}
    for pin in requirements(lock):
        pins.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier).removeprefix("=="))
    direct = requirements(lock.replace(".txt", ".in"))
    assert [str(r) for r in direct if canonicalize_name(r.name) not in pins] == []
    assert [str(r) for r in direct for version in pins[canonicalize_name(r.name)] if version not in r.specifier] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_exact_pins_and_no_address(lock: str) -> None:
    lines = [line for line in (ROOT / lock).read_text().splitlines() if not line.lstrip().startswith("#")]
    pin = re.compile(r"[a-z0-9._-]+==[0-9][\w.]*( ; [\w\s.'=!<>*()]+)?")
    assert [line for line in lines if not pin.fullmatch(line)] == []
    assert "://" not in (ROOT / lock).read_text()


def test_the_two_locks_agree() -> None:
    runtime, dev = ({(p.name, str(p.specifier)) for p in requirements(lock)} for lock in LOCKS)
    shared = {name for name, _ in runtime} & {name for name, _ in dev}
    assert {pin for pin in dev if pin[0] in shared} <= runtime


def test_no_file_names_a_path_of_one_machine() -> None:
    # A path of somebody's home or working folder, not the tail of an address.
    path = re.compile(rb"(?<![\w.:/~-])/(?:work|home|root|Users)/[\w.]")
    assert [name for name in git_files() if path.search((ROOT / name).read_bytes())] == []


def test_airflow_does_not_import_the_package_as_plugins() -> None:
    ignored = (ROOT / "plugins/.airflowignore").read_text().splitlines()
    assert [line for line in ignored if line and not line.startswith("#")] == ["crm_migration/"]


def test_make_alone_lists_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert phony is not None
    assert {line.split()[1] for line in shown.splitlines() if line.startswith("  make ")} == set(phony[1].split())


def test_the_full_check_is_a_program() -> None:
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111 == 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)
