"""The pages of documentation, as the tests read them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    {
        path
        for pattern in ("*.md", "docs/**/*.md", "*/README.md", "benchmarks/*.md", "tests/**/*.md")
        for path in ROOT.glob(pattern)
    }
)


def name_of(page: Path) -> str:
    """`docs/rules.md`"""
    return page.relative_to(ROOT).as_posix()


def text_of(page: str) -> str:
    return (ROOT / page).read_text()


def section(page: str, title: str) -> str:
    """What stands below the heading, up to the next one that is as high or higher."""
    text = text_of(page)
    [heading] = re.findall(rf"^(#+) {re.escape(title)}$", text, re.MULTILINE)
    below = text.split(f"{heading} {title}\n", 1)[1]
    return re.split(rf"^#{{1,{len(heading)}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]


def tables(page: str, title: str) -> list[list[list[str]]]:
    """The tables below the heading: the cells of each one's rows, without its head."""
    blocks = re.findall(r"(?:^\|.*\n)+", section(page, title), re.MULTILINE)
    return [[_cells(line) for line in block.splitlines()][2:] for block in blocks]


def rows(page: str, title: str) -> list[list[str]]:
    """Those of the first table."""
    return tables(page, title)[0]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def console_blocks(page: Path) -> list[tuple[str, str]]:
    """The commands of the page's console blocks, each with the output below it."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL)
    commands = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
    return [(command, output.rstrip()) for command, _, output in (part.partition("\n") for part in commands)]
