"""`make mutants`: would the tests notice a slip in the core?

Every module of `libraries/rules`, `libraries/access` and `libraries/sharing` is changed in one place after another
(changes.py), and the tests that reach the place are run until one fails (harness.py). What no test notices must have
its reason in explained.txt. Arguments choose rooms or modules, such as `rules access.check`.
"""

from __future__ import annotations

import argparse
import ast
import os
import pkgutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOMS = ("rules", "access", "sharing")
TESTS = ("tests/rules", "tests/access", "tests/sharing", "tests/test_principals.py", "tests/test_scenarios.py")
EXPLAINED = Path(__file__).parent / "explained.txt"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("chosen", nargs="*", default=ROOMS, help="rooms or modules, such as: rules access.check")
    parser.add_argument("--at-once", type=int, default=os.cpu_count(), help="how many mutants are tried at once")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="the tests that may notice")
    parser.add_argument("--quick", action="store_true", help="leave out what is done at import: each takes a process")
    arguments = parser.parse_args()
    modules = [module for chosen in arguments.chosen for module in _modules(chosen)]
    with tempfile.TemporaryDirectory() as folder:
        outcomes = _outcomes(modules, arguments, Path(folder))
    return _report(outcomes, modules)


def _modules(chosen: str) -> list[str]:
    folder = Path("libraries", *chosen.split("."))
    if not folder.is_dir():
        return [f"libraries.{chosen}"]
    return sorted(f"libraries.{chosen}.{each.name}" for each in pkgutil.iter_modules([str(folder)]))


def _outcomes(modules: list[str], arguments: argparse.Namespace, folder: Path) -> dict[str, int]:
    """Whether it survived, by the name of each mutant."""
    from tests.mutants.harness import Harness  # pytest must have rewritten no module of it before

    harness = Harness(modules, folder, arguments.at_once)
    pytest.main([*arguments.tests, "-q", "-n0", "-s", "-p", "no:cacheprovider"], plugins=[harness])
    if harness.failed:
        sys.exit(f"Without any mutant this fails: {harness.failed}")
    if arguments.quick:
        return harness.outcomes
    with ThreadPoolExecutor(arguments.at_once) as pool:
        tries = enumerate(harness.at_the_top)
        found = pool.map(lambda each: _anew(each[0], each[1], arguments.tests, folder), tries)
        return harness.outcomes | dict(found)


def _anew(number: int, mutant: tuple[Path, str, ast.Module], tests: Sequence[str], folder: Path) -> tuple[str, int]:
    """What is done at import takes a process of its own."""
    path, name, tree = mutant
    source = folder / f"{number}.py"
    source.write_text(ast.unparse(tree))
    command = [
        sys.executable,
        "-B",
        "-m",
        "pytest",
        "-x",
        "-n0",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.mutants.replaced",
    ]
    environment = {**os.environ, "MUTANT": f"{path}:{source}"}
    done = subprocess.run([*command, *tests], env=environment, capture_output=True, check=False)
    if not done.returncode:
        print(f"survived: {name}", flush=True)
    return name, int(not done.returncode)


def _report(outcomes: dict[str, int], modules: list[str]) -> int:
    reasons = _reasons()
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for name, survived in outcomes.items():
        module = next(each for each in modules if name.startswith(f"{each}."))
        counts[module][2 * survived - (survived and name in reasons)] += 1
    print(f"\n{'':40} {'mutants':>8} {'killed':>8} {'explained':>10} {'survived':>9}")
    for module, (killed, explained, survived) in [
        *counts.items(),
        ("all", map(sum, zip(*counts.values(), strict=True))),
    ]:
        print(f"{module:40} {killed + explained + survived:8} {killed:8} {explained:10} {survived:9}")
    tried = [name for name in reasons if any(name.startswith(f"{module}.") for module in modules)]
    gone = [name for name in tried if not outcomes.get(name, ".top: " in name)]  # those at the top may be left out
    for name in gone:
        print(f"explained, and yet killed or gone: {name}")
    return int(bool(gone) or any(survived for _, _, survived in counts.values()))


def _reasons() -> dict[str, str]:
    """Of explained.txt: a mutant a line, and its reason below, indented."""
    reasons: dict[str, str] = {}
    name = ""
    for line in EXPLAINED.read_text().splitlines():
        if line.startswith("    "):
            reasons[name] = line.strip()
        elif line and not line.startswith("#"):
            name = line
    return reasons


if __name__ == "__main__":
    sys.exit(main())
