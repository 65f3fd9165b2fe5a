"""The README's tables are true."""

from __future__ import annotations

import re
from pathlib import Path

from libraries.rules.levels import GRANTED, SHUT_OUT, Level

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(title: str) -> list[str]:
    return [line.split("|")[1].strip() for line in section(title).splitlines() if line.startswith("| ")][2:]


def test_it_lists_the_levels():
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in section("Levels").splitlines()
        if line[:3].strip("| ").isdigit()
    ]
    assert [(int(value), name) for value, name, _ in rows] == [(level.value, level.name) for level in Level]
    for _, name, may in rows[1:]:
        granted = {permission.removesuffix("_library") for permission in GRANTED[Level[name]]}
        assert set(re.findall(r"\w+", may.split(";")[0])) == granted
    assert GRANTED[Level.NONE] == (SHUT_OUT,)


def test_it_lists_every_setting_of_the_environment():
    sources = [(ROOT / "sharing_project" / name).read_text() for name in ("settings.py", "gunicorn.py")]
    read = {name for source in sources for name in re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source)}
    assert {cell.strip("`") for cell in first_cells("Configuration")} == read


def test_it_lists_every_command():
    commands = {path.stem for path in (ROOT / "libraries" / "management" / "commands").glob("[a-z]*.py")}
    assert {cell.strip("`").split()[0] for cell in first_cells("Commands")} == commands


def test_it_names_only_files_that_are_there():
    named = re.findall(r"`((?:tests|libraries|sharing_project|benchmarks)/[\w/]+\.py)`", README)
    assert named
    assert [path for path in named if not (ROOT / path).exists() and "/NAME/" not in path] == []


def test_it_names_only_targets_that_the_makefile_has():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^|^\S+=\S+ )make ([a-z-]+)", README, re.MULTILINE))
    assert named
    assert named <= targets


def dialects() -> set[str]:
    return {path.parent.name for path in (ROOT / "libraries" / "api").glob("*/urls.py")}


def test_it_lists_the_dialects():
    rows = [line for line in section("Dialects").splitlines() if re.match(r"\| `[a-z]+` \|", line)]
    assert {row.split("`")[1] for row in rows} == dialects()


def test_how_to_add_a_dialect_names_what_every_dialect_has():
    named = set(re.findall(r"`libraries/api/NAME/(\w+\.py)`", README))
    optional = {"pagination.py", "authentication.py"}
    for dialect in dialects():
        folder = ROOT / "libraries" / "api" / dialect
        packages = {f"{path.parent.name}.py" for path in folder.glob("*/__init__.py")}
        written = {path.name for path in folder.glob("*.py")} | packages
        assert named - optional <= written
        assert (ROOT / "tests" / "api" / dialect).is_dir()
        assert f"libraries.api.{dialect}.urls" in (ROOT / "sharing_project" / "urls.py").read_text()
        assert f'"libraries.api.{dialect}"' in (ROOT / "pyproject.toml").read_text()
