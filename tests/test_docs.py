"""What the pages of documentation list, name and cite is what there is."""

from __future__ import annotations

import ast
import re
import tokenize
import tomllib
from pathlib import Path

import pytest

from libraries.api.hal.problem_types import RULES
from libraries.models import Scope
from libraries.rules.levels import GRANTED, SHUT_OUT, Kind, Level
from tests.documents import PAGES, ROOT, name_of, rows, section, tables, text_of

FOLDERS = "tests|libraries|sharing_project|benchmarks|templates|docs|requirements"
FILES = "py|md|yaml|txt|css|js|html|png"
SOURCES = [
    path
    for folder in ("libraries", "sharing_project", "benchmarks", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
TEXTS = {page: page.read_text() for page in PAGES}
SETTING = re.compile(r"""env\.\w+\(\s*["']([A-Z_]+)["']""")

each_page = pytest.mark.parametrize("document", PAGES, ids=name_of)


def first_cells(page: str, title: str) -> list[str]:
    return [row[0].strip("`") for row in rows(page, title)]


def test_it_lists_the_levels():
    listed = rows("docs/rules.md", "Levels")
    assert [(int(value), name) for value, name, _ in listed] == [(level.value, level.name) for level in Level]
    for _, name, may in listed[1:]:
        granted = {permission.removesuffix("_library") for permission in GRANTED[Level[name]]}
        assert set(re.findall(r"\w+", may.split(";")[0])) == granted
    assert GRANTED[Level.NONE] == (SHUT_OUT,)


def test_it_lists_the_kinds_of_principals():
    listed = [(name, int(breadth)) for name, breadth, *_ in rows("docs/rules.md", "Principals")]
    assert listed == [(kind.name, kind.value) for kind in Kind]


def test_it_lists_the_scopes():
    assert first_cells("docs/api.md", "Keys") == Scope.values


def test_it_lists_every_setting_of_the_environment():
    sources = [(ROOT / "sharing_project" / name).read_text() for name in ("settings.py", "server.py")]
    read = {name for source in sources for name in SETTING.findall(source)}
    assert set(first_cells("docs/operations.md", "Configuration")) == read


def test_it_says_which_settings_no_file_can_hold():
    """The web server's own, which it reads without looking for files."""
    source = (ROOT / "sharing_project" / "server.py").read_text()
    said = section("docs/operations.md", "Configuration").split("|")[0]
    assert set(re.findall(r"`([A-Z_]{3,})`", said)) - {"_FILE"} == set(SETTING.findall(source))


def test_it_lists_every_command():
    commands = {path.stem for path in (ROOT / "libraries" / "management" / "commands").glob("[a-z]*.py")}
    assert {cell.split()[0] for cell in first_cells("docs/operations.md", "Commands")} == commands


def test_it_lists_the_columns_of_files_of_shares():
    source = "\n".join(path.read_text() for path in SOURCES if path.parts[-3:-2] == ("libraries",))
    columns = first_cells("docs/operations.md", "Files of shares")
    assert "(" + ", ".join(f'"{column}"' for column in columns) + ")" in source


@each_page
def test_it_names_only_files_that_are_there(document: Path):
    named = re.findall(rf"`((?:{FOLDERS})/[\w./-]+\.(?:{FILES}))`", TEXTS[document])
    assert [path for path in named if "NAME" not in path and not (ROOT / path).exists()] == []


@each_page
def test_it_names_only_folders_that_are_there(document: Path):
    named = re.findall(rf"`((?:{FOLDERS})/[\w./-]*)/`", TEXTS[document])
    assert [path for path in named if "NAME" not in path and not (ROOT / path).is_dir()] == []


@each_page
def test_its_links_lead_somewhere(document: Path):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[document]):
        path, _, heading = target.partition("#")
        found = (document.parent / path) if path else document
        if "://" in target:
            continue
        if not found.exists() or (heading and heading not in anchors(found)):
            broken.append(target)
    assert broken == []


def anchors(document: Path) -> set[str]:
    """The headings as GitHub makes anchors of them."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@each_page
def test_it_names_only_functions_that_their_files_have(document: Path):
    """Of `path.py` (`name`, `Class.name`): each name is in that file."""
    lacking = []
    for path, names in re.findall(r"`([\w/]+\.py)`\s+\(((?:`[\w.]+`|[^()`])+)\)", TEXTS[document]):
        source = (ROOT / path).read_text()
        for name in re.findall(r"`([\w.]+)`", names):
            if not all(re.search(rf"\b{part}\b", source) for part in name.split(".")):
                lacking.append(f"{path}: {name}")
    assert lacking == []


@each_page
def test_it_names_only_targets_that_the_makefile_has(document: Path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", TEXTS[document], re.DOTALL))
    named = set(re.findall(r"`make ([a-z-]+)", TEXTS[document]))
    named |= set(re.findall(r"^(?:\S+=\S+ )*make ([a-z-]+)", shell, re.MULTILINE))
    assert named <= targets


@each_page
def test_it_names_only_commands_that_there_are(document: Path):
    django = {"check", "migrate", "createsuperuser", "makemigrations", "shell"}
    commands = {path.stem for path in (ROOT / "libraries" / "management" / "commands").glob("[a-z]*.py")}
    assert set(re.findall(r"manage\.py ([a-z_]+)", TEXTS[document])) <= commands | django


def test_every_page_can_be_found():
    """From the index of its folder, and that from the README or from the index above."""
    for index in (ROOT / "docs" / "README.md", ROOT / "docs" / "decisions" / "README.md"):
        linked = set(re.findall(r"\]\(([^)\s#]+)\)", index.read_text()))
        assert {page.name for page in index.parent.glob("*.md")} - {"README.md"} <= linked
    assert "decisions/README.md" in text_of("docs/README.md")
    assert {f"docs/{name}" for name in ("rules.md", "api.md", "operations.md")} <= set(
        re.findall(r"\]\(([^)\s#]+)\)", text_of("README.md"))
    )


def test_every_rule_that_is_cited_is_told():
    told = set(re.findall(r"^## (R\d+) ", text_of("docs/rules.md"), re.MULTILINE))
    texts = [path.read_text() for path in SOURCES] + list(TEXTS.values())
    cited = {rule for text in texts for rule in re.findall(r"\bR\d{1,2}\b", text)}
    assert cited <= told


def test_every_scenario_is_named_where_its_rule_is_told():
    for path in sorted((ROOT / "tests" / "scenarios").glob("*.yaml")):
        [rule] = re.findall(r"^rule: (R\d+)$", path.read_text(), re.MULTILINE)
        [title] = re.findall(rf"^## ({rule} .+)$", text_of("docs/rules.md"), re.MULTILINE)
        assert f"`tests/scenarios/{path.name}`" in section("docs/rules.md", title)


def test_nothing_cites_a_document_that_there_is_not():
    """By its path, by its name, or by its title in capitals with a heading, in quotes, behind it."""
    wrong = {}
    for path in [*SOURCES, *PAGES]:
        text = path.read_text() if path.suffix == ".md" else said_in(path)
        pages = {
            page
            for page in re.findall(r"\b(?:docs|benchmarks|tests)/[\w/-]+\.md\b", text)
            if not (ROOT / page).exists()
        }
        titles = re.findall(r"\b([A-Z]{4,})\.md\b", text) + re.findall(r"\b([A-Z]{4,}), [\"“]", text)
        if found := pages | (set(titles) - {page.stem for page in PAGES}):
            wrong[name_of(path)] = found
    assert wrong == {}


def said_in(source: Path) -> str:
    """The comments and the docstrings."""
    with source.open("rb") as file:
        comments = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, documented)]
    return "\n".join([*comments, *(ast.get_docstring(node) or "" for node in nodes)])


def dialects() -> set[str]:
    return {path.parent.name for path in (ROOT / "libraries" / "api").glob("*/urls.py")}


def test_it_lists_the_dialects():
    assert set(first_cells("docs/api.md", "Dialects")) == dialects()


def test_how_to_add_a_dialect_names_what_every_dialect_has():
    files = first_cells("docs/dialects.md", "What to write")
    named = {path.removeprefix("libraries/api/NAME/") for path in files if path.startswith("libraries/api/NAME/")}
    listing = [path for path in files if "NAME" not in path and path != "sharing_project/settings.py"]
    for dialect in dialects():
        folder = ROOT / "libraries" / "api" / dialect
        packages = {f"{path.parent.name}.py" for path in folder.glob("*/__init__.py")}
        written = {path.name for path in folder.glob("*.py")} | packages
        assert named - {"pagination.py", "authentication.py"} <= written
        assert (ROOT / "tests" / "api" / dialect).is_dir()
        assert [path for path in listing if not re.search(rf"\b{dialect}\b", text_of(path))] == []


def test_it_lists_the_rooms_in_their_order():
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    listed = [row[0].strip("`") for row in tables("docs/architecture.md", "The map")[1]]
    assert listed == [room for layer in layers for room in layer.split(" | ")]


def test_it_lists_the_folders():
    listed = {row[0].strip("`") for row in tables("docs/architecture.md", "The map")[0]}
    ignored = {line.strip("/") for line in text_of(".gitignore").splitlines()} | {".git"}
    assert {path.name for path in ROOT.iterdir() if path.is_dir()} - ignored <= listed


def test_a_rule_is_told_in_short_as_the_problem_pages_tell_it():
    short = dict(re.findall(r"^## (R\d+) .*\n\n\*In short: (.*)\*$", text_of("docs/rules.md"), re.MULTILINE))
    assert short == RULES
