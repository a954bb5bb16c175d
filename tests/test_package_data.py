"""What the code reads besides Python modules is in the wheel."""

from __future__ import annotations

from pathlib import Path

from setuptools import Distribution  # type: ignore[import-untyped]

ROOT = Path(__file__).parent.parent
PACKAGES = ("spec", "reports", "fixtures", "conformance", "stateful")


def test_every_data_file_is_in_the_wheel(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    distribution = Distribution()
    distribution.parse_config_files()
    command = distribution.get_command_obj("build_py")
    command.ensure_finalized()
    shipped = {Path(folder, name) for _package, folder, _built, names in command.data_files for name in names}
    needed = {
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert Path("fixtures/media/samples/video.mp4") in needed
    assert needed - {path.relative_to(ROOT) if path.is_absolute() else path for path in shipped} == set()


def test_every_package_is_in_the_wheel(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    distribution = Distribution()
    distribution.parse_config_files()
    named = {name.removeprefix("peertube_conformance.").replace(".", "/") for name in distribution.packages}
    folders = {path.parent.relative_to(ROOT).as_posix() for name in PACKAGES for path in (ROOT / name).rglob("*.py")}
    assert folders == named
