"""Migrations stay what they were, wherever the code around them goes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from libraries import migrations

FOLDER = Path(migrations.__file__).parent
OURS = ("libraries", "sharing_project", "tests")


def imported_by(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("0*.py")))
def test_they_import_one_module_of_the_application_and_no_other(name):
    ours = {module for module in imported_by((FOLDER / name).read_text()) if module.split(".")[0] in {*OURS, ""}}
    assert ours <= {"libraries.db.in_migrations"}
