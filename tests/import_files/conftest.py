"""LibreOffice without a screen, for the tests that have it read import files."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import _unavailable

Convert = Callable[[Path, str, list[Path]], None]
SECONDS = 240


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Return what converts files into a folder; options are LibreOffice's own."""
    program = shutil.which("soffice")
    if program is None:
        _unavailable("soffice is not installed")
    profile = tmp_path_factory.mktemp("libreoffice")

    def convert(folder: Path, options: str, files: list[Path]) -> None:
        command = [program, f"-env:UserInstallation=file://{profile}", "--headless", *options.split("\n")]
        subprocess.run([*command, "--outdir", folder, *files], check=True, capture_output=True, timeout=SECONDS)

    return convert
