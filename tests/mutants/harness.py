"""Tests against mutants, each in a fork of one process in which Django, the tests and the demo world stand ready."""

from __future__ import annotations

import ast
import functools
import gc
import importlib.util
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, cast

import coverage
import pytest
from _pytest.runner import runtestprotocol
from django.db import connection, connections

from tests.mutants.changes import Mutant, mutants_of

TESTS_LAST = 60
"""Seconds of tests that a mutant is given; what no test has noticed by then has survived."""
ALONE = "the tests without any mutant"
ROOMS = ("libraries.rules.", "libraries.access.", "libraries.sharing.")
KILLED, SURVIVED, BROKEN = 0, 1, 2


class Harness:
    """A pytest plugin that runs the tests which were collected against the mutants, in place of running them once."""

    def __init__(self, modules: list[str], folder: Path, at_once: int) -> None:
        self._modules, self._folder, self._at_once = modules, folder, at_once
        self.outcomes: dict[str, int] = {}
        self.at_the_top: list[tuple[Path, str, ast.Module]] = []
        self.failed = ""
        self._running: dict[int, str] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        gc.unfreeze()  # functions are looked for among what tests/conftest.py has put out of sight
        self._items = {item.nodeid: item for item in session.items}
        self._make_the_world()
        self._fork(ALONE, self._measure)
        self._wait(0)
        if self.outcomes.pop(ALONE) != SURVIVED:
            self.failed = (self._folder / "failed").read_text()
            return True
        self._seconds, self._reached = json.loads((self._folder / "reached.json").read_text())
        for module in self._modules:
            self._against_each_mutant(module)
        self._wait(0)
        return True

    def _make_the_world(self) -> None:
        """By a test that asks for it."""
        first = next(item for item in self._items.values() if "world" in item.fixturenames)  # type: ignore[attr-defined]
        self._passes(first)
        connections.close_all()

    def _fork(self, name: str, task: Any) -> None:
        sys.stdout.flush()
        if pid := os.fork():
            self._running[pid] = name
            return
        code = BROKEN
        try:
            silence = os.open(os.devnull, os.O_RDWR)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            self._take_a_copy_of_the_database()
            code = task()
        finally:
            os._exit(code)

    def _wait(self, left: int) -> None:
        while len(self._running) > left:
            pid, status = os.wait()
            name = self._running.pop(pid)
            # What never ends is stopped by an alarm: it was noticed.
            self.outcomes[name] = KILLED if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
            for file in self._folder.glob(f"{pid}.sqlite3*"):
                file.unlink()
            if self.outcomes[name] == BROKEN and name != ALONE:
                raise RuntimeError(f"The harness failed, not a test: {name}")
            if self.outcomes[name] == SURVIVED and name != ALONE:
                print(f"survived: {name}", flush=True)

    def _take_a_copy_of_the_database(self) -> None:
        if connection.vendor != "sqlite":
            raise RuntimeError("Mutants are tried on SQLite.")
        copy = self._folder / f"{os.getpid()}.sqlite3"
        shutil.copy(connection.settings_dict["NAME"], copy)
        connection.settings_dict["NAME"] = str(copy)
        _forget_what_was_cached()

    def _measure(self) -> int:
        """Which tests reach which lines, and how long each takes; all must pass."""
        watch = coverage.Coverage(
            data_file=None, config_file=False, include=[f"{_path(module)}" for module in self._modules]
        )
        seconds: dict[str, float] = {}
        for item in sorted(self._items.values(), key=_empties_the_database):
            _forget_what_was_cached()
            watch.start()
            watch.switch_context(item.nodeid)
            began = time.monotonic()
            passed = self._passes(item)
            seconds[item.nodeid] = time.monotonic() - began
            watch.stop()
            if not passed:
                (self._folder / "failed").write_text(item.nodeid)
                return BROKEN
        reached = {module: watch.get_data().contexts_by_lineno(str(_path(module))) for module in self._modules}
        (self._folder / "reached.json").write_text(json.dumps([seconds, reached]))
        return SURVIVED

    def _passes(self, item: pytest.Item) -> bool:
        reports = runtestprotocol(item, nextitem=cast(pytest.Item, _TheSessionGoesOn(item)), log=False)
        return not any(report.failed for report in reports)

    def _against_each_mutant(self, module: str) -> None:
        path = _path(module)
        for mutant in mutants_of(module, path.read_text()):
            if mutant.function is None or not _can_be_put_in_place(path, mutant):
                self.at_the_top.append((path, mutant.name, mutant.tree))
                continue
            tests = self._tests_for(module, mutant.lines)
            self._wait(self._at_once - 1)
            self._fork(mutant.name, functools.partial(self._try, module, mutant, tests))

    def _tests_for(self, module: str, lines: range) -> list[pytest.Item]:
        """Those that reach any of the lines; the room's own and the quick ones first."""
        reached: dict[str, list[str]] = self._reached[module]
        names = {name for line in lines for name in reached.get(str(line), ()) if name in self._items}
        room = f"tests/{module.split('.')[1]}/"
        items = [self._items[name] for name in names]
        return sorted(
            items,
            key=lambda item: (
                _empties_the_database(item),
                self._seconds[item.nodeid] > 0.5,
                not item.nodeid.startswith(room),
                self._seconds[item.nodeid],
            ),
        )

    def _try(self, module: str, mutant: Mutant, tests: list[pytest.Item]) -> int:
        for function, code in _replacements(_path(module), mutant):
            function.__code__ = code
        signal.alarm(3 * TESTS_LAST)
        end = time.monotonic() + TESTS_LAST
        for item in tests:
            if not self._passes(item):
                return KILLED
            if time.monotonic() > end:
                break
        return SURVIVED


class _TheSessionGoesOn:
    """For all that pytest knows the next test: what is the session's stays, and nothing else."""

    def __init__(self, item: pytest.Item) -> None:
        self.session = item.session

    def listchain(self) -> list[Any]:
        return [self.session]


def _path(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    assert spec and spec.origin
    return Path(spec.origin)


def _empties_the_database(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    fixtures: list[str] = item.fixturenames  # type: ignore[attr-defined]
    return "transactional_db" in fixtures or bool(mark and mark.kwargs.get("transaction"))


def _forget_what_was_cached() -> None:
    """What was compiled before would hide a change of what compiles."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper) and str(each.__module__).startswith(ROOMS):
            each.cache_clear()


def _can_be_put_in_place(path: Path, mutant: Mutant) -> bool:
    """Not what is called at import alone, nor code that closes over something else than before."""
    replacements = _replacements(path, mutant)
    return bool(replacements) and all(
        function.__code__.co_freevars == code.co_freevars for function, code in replacements
    )


def _replacements(path: Path, mutant: Mutant) -> list[tuple[FunctionType, CodeType]]:
    """The living functions that are the mutant's, each with the mutant's code."""
    whole = compile(mutant.tree, str(path), "exec")
    codes = {
        (code.co_qualname, code.co_firstlineno): code for code in _codes(whole) if code.co_qualname == mutant.function
    }
    return [
        (function, code)
        for function in _living(str(path))
        if (code := codes.get((function.__code__.co_qualname, function.__code__.co_firstlineno)))
    ]


@functools.cache
def _living(path: str) -> list[FunctionType]:
    return [each for each in gc.get_objects() if isinstance(each, FunctionType) and each.__code__.co_filename == path]


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)
