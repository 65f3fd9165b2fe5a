"""The vendor's newest client, `google-genai`: it knows no permissions, and finds the libraries as tuned models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from libraries.api.fields import written
from libraries.models import Library, Scope
from tests.real_clients import ClientError, RealClient

TUNED = {"query_base": False}


@pytest.fixture(scope="module")
def process() -> Iterator[RealClient]:
    with RealClient("google-genai", Path(__file__).with_name("genai_driver.py")) as client:
        yield client


@pytest.fixture
def call_as(process: RealClient, live_server: Any, key_for: Callable[..., str]) -> Callable[..., Callable[..., Any]]:
    """`call_as("alice")` is the client with a key of hers."""

    def use(username: str, *scopes: Scope) -> Callable[..., Any]:
        key = key_for(username, *scopes)

        def call(operation: str, **arguments: Any) -> Any:
            return process.call(operation, endpoint=live_server.url, key=key, arguments=arguments)

        return call

    return use


@pytest.mark.parametrize("list_models", ["models.list", "aio.models.list"])
def test_it_lists_tuned_models_page_by_page(call_as, handbook, list_models):
    Library.objects.filter(pk=handbook.pk).update(description="How we work")
    expected = [
        {"name": "tunedModels/handbook", "display_name": "Handbook", "description": "How we work"},
        {"name": "tunedModels/roadmap", "display_name": "Roadmap"},
        {"name": "tunedModels/press-kit", "display_name": "Press Kit"},
    ]

    for size in ({}, {"page_size": 2}):
        found = call_as("carol")(list_models, config={**TUNED, **size})
        assert [told_of(model) for model in found] == expected
    assert [model["name"] for model in call_as("dave")(list_models, config=TUNED)] == ["tunedModels/press-kit"]


def told_of(model: dict[str, Any]) -> dict[str, Any]:
    """What it tells of a model but for what it keeps to itself."""
    return {name: model[name] for name in ("name", "display_name", "description") if name in model}


def test_it_gets_a_model_and_deletes_it(call_as, handbook):
    model = call_as("alice")("models.get", model="tunedModels/handbook")
    assert told_of(model) == {"name": "tunedModels/handbook", "display_name": "Handbook"}
    assert model["tuned_model_info"]["create_time"] == written(handbook.created_at)

    with pytest.raises(ClientError) as raised:
        call_as("bob")("models.delete", model="tunedModels/handbook")
    assert (raised.value.kind, raised.value.status) == ("ClientError", 403)
    call_as("alice")("models.delete", model="tunedModels/handbook")
    assert not Library.objects.filter(pk=handbook.pk).exists()


def test_refusals_are_the_client_s_own_exceptions(call_as, process, live_server, handbook):
    for call, status in (
        (call_as("alice", Scope.LIBRARY_WRITE), 403),
        (lambda *a, **k: process.call(a[0], endpoint=live_server.url, key="shr_nonsense", arguments=k), 401),
    ):
        with pytest.raises(ClientError) as raised:
            call("models.list", config=TUNED)
        assert (raised.value.kind, raised.value.status) == ("ClientError", status)
    with pytest.raises(ClientError) as raised:
        call_as("dave")("models.get", model="tunedModels/handbook")
    assert (raised.value.kind, raised.value.status) == ("ClientError", 404)
