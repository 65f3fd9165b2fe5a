"""docs/assurance.md tells of every proof that prints a figure, by a command that runs it."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.documents import rows, text_of

TOPICS = ("Races and revocation", "Load")
COMMAND = re.compile(r'`make figures ARGS="(tests/assurance/test_\w+\.py) -k (\w+)"`')


@pytest.mark.parametrize("topic", TOPICS)
def test_every_rows_command_runs_a_test_and_has_a_date(topic):
    """Or says that it has not passed yet."""
    for *_, command, passed in rows("docs/assurance.md", topic):
        found = COMMAND.fullmatch(command)
        assert found, command
        file, word = found.groups()
        assert re.search(rf"^(def test_\w*{word}|def {word}\()", text_of(file), re.MULTILINE), command
        if passed != "not yet":
            date.fromisoformat(passed)


def test_every_file_of_figures_is_in_a_row():
    told = set(COMMAND.findall(text_of("docs/assurance.md")))
    for file in ("test_new_enemy", "test_races", "test_load"):
        for name in re.findall(r"^def test_(\w+)", text_of(f"tests/assurance/{file}.py"), re.MULTILINE):
            words = {word for path, word in told if path.endswith(f"{file}.py")}
            assert file == "test_races" or any(word in name for word in words), name


def test_the_makefile_selects_what_is_marked():
    assert re.search(r"^figures: .*\n\t.*-m figure \$\(ARGS\)$", text_of("Makefile"), re.MULTILINE)
