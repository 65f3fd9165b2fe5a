"""docs/contracts.md tells every call, and what each dialect makes of every refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from libraries import errors
from libraries.errors import SharingError
from libraries.events.record import EventAction
from tests.documents import rows, tables, text_of

PAGE = "docs/contracts.md"
WITH_SHARES = ("hal", "mistral", "lightly", "google")


def test_it_lists_what_the_rules_refuse_with_each_dialects_status():
    refusals = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, SharingError)]
    statuses = [import_module(f"libraries.api.{dialect}.errors").STATUSES for dialect in WITH_SHARES]
    listed = {code.strip("`"): list(map(int, found)) for code, _, *found in rows(PAGE, "Refusals of the rules")}
    assert listed == {
        refusal.code: [status[refusal] for status in statuses] for refusal in refusals if refusal is not SharingError
    }


def test_it_tells_every_call_and_no_other():
    told = {call for line in text_of(PAGE).splitlines() if line.startswith("| `") for call in calls_told(line)}
    assert {(method, path.rstrip("/")) for method, path in told} == {
        (method, path.rstrip("/")) for method, path in calls_there_are()
    }


def test_it_tells_every_action_that_events_have():
    told = re.findall(r"`([a-z_]+\.[a-z_]+)`", " ".join(actions for _, actions in tables(PAGE, "The change feed")[1]))
    assert sorted(told) == sorted(EventAction)


def calls_told(row: str) -> Iterator[tuple[str, str]]:
    """The calls in the first cell: of `PUT`, `PATCH /path` two."""
    methods: list[str] = []
    for code in re.findall(r"`([^`]+)`", row.split(" | ")[0]):
        method, _, path = code.partition(" ")
        methods.append(method)
        if path.startswith("/"):
            yield from ((each, as_told(path.partition("?")[0])) for each in methods)
            methods = []


def as_told(path: str) -> str:
    """Parameters go by any name; `tunedModels` is another spelling of `corpora`."""
    path = path.replace("{parent}", "corpora/{}").replace("/tunedModels/", "/corpora/")
    return re.sub(r"\{\w+\}", "{}", path)


def calls_there_are() -> Iterator[tuple[str, str]]:
    generator: Any = SchemaGenerator()
    generator._initialise_endpoints()
    for path, _, method, view in generator.endpoints:
        if hasattr(view.cls, "dialect") and not hasattr(view.cls, "unknown"):
            yield method, as_told(path)
