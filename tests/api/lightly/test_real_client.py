"""The vendor's own client against a live server: two lines of it, each as published."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from libraries.api.lightly import errors
from libraries.models import Library
from libraries.rules.levels import Level
from tests.api.lightly.calls import NOWHERE, levels, share
from tests.api.lightly.test_list_datasets import document
from tests.real_clients import ClientError, RealClient

DRIVER = Path(__file__).with_name("driver.py")
KNOWS_ORGANIZATIONS, KNOWS_TEAMS = "lightly-1.3", "lightly-1.5"
BOTH = [KNOWS_ORGANIZATIONS, KNOWS_TEAMS]

CREATE = "create_or_update_shared_access_config_by_dataset_id"
GET = "get_shared_access_configs_by_dataset_id"
DELETE = "delete_shared_access_config_by_id"


@pytest.fixture(scope="module")
def processes() -> Iterator[dict[str, RealClient]]:
    """Importing the newer client takes seconds, so each runs once."""
    with ExitStack() as stack:
        yield {environment: stack.enter_context(RealClient(environment, DRIVER)) for environment in BOTH}


@pytest.fixture
def vendor(live_server, key_for, processes) -> Callable[..., RealClient]:
    """`vendor("lightly-1.5", "alice")`: that client with alice's key as its token."""

    def connect(environment: str, username: str = "", **credentials: str) -> RealClient:
        client = processes[environment]
        client.call("connect", host=live_server.url, **credentials or {"token": key_for(username)})
        return client

    return connect


def test_every_documented_call_of_the_client_that_knows_organizations(vendor, handbook, alice, acme, globex):
    dataset = {"dataset_id": handbook.object_id}
    client = vendor(KNOWS_ORGANIZATIONS, "alice")
    created = client.call(
        CREATE, **dataset, access_type="WRITE", users=["carol@acme.example"], organizations=["globex"]
    )
    write, read = client.call(GET, **dataset)
    deleted = client.call(DELETE, **dataset, access_config_id=created["id"])
    left = client.call(GET, **dataset)

    assert created == {"id": write["id"]}
    assert write == {
        "id": created["id"],
        "owner": str(alice.pk),
        "accessType": "WRITE",
        "users": ["carol@acme.example"],
        "organizations": [str(globex.pk)],
        "createdAt": write["createdAt"],
        "lastModifiedAt": write["lastModifiedAt"],
    }
    assert (read["accessType"], read["organizations"]) == ("READ", [str(acme.pk)])
    assert (deleted, left) == (None, [read])
    assert levels(handbook) == {"alice": Level.OWNER, "org:acme": Level.READER, "team:interns": Level.NONE}


def test_every_documented_call_of_the_client_that_knows_teams(vendor, handbook, alice, engineering):
    dataset = {"dataset_id": handbook.object_id}
    client = vendor(KNOWS_TEAMS, "alice")
    created = client.call(
        CREATE, **dataset, access_type="WRITE", users=["carol@acme.example"], teams=[str(engineering.pk)]
    )
    [write] = client.call(GET, **dataset)
    deleted = client.call(DELETE, **dataset, access_config_id=created["id"])
    left = client.call(GET, **dataset)

    assert write == {
        "id": created["id"],
        "owner": str(alice.pk),
        "accessType": "WRITE",
        "users": ["carol@acme.example"],
        "teams": [str(engineering.pk)],
        "createdAt": write["createdAt"],
        "lastModifiedAt": write["lastModifiedAt"],
    }
    assert (deleted, left) == (None, [])
    assert levels(handbook) == {"alice": Level.OWNER, "org:acme": Level.READER, "team:interns": Level.NONE}


@pytest.mark.parametrize("environment", BOTH)
def test_the_workflow_client_shares_with_exactly_those_whom_it_names(vendor, roadmap, environment):
    dataset = {"dataset_id": roadmap.object_id}
    client = vendor(environment, "bob")
    found = client.call("get_shared_users", **dataset)
    shared = client.call("share_dataset_only_with", **dataset, user_emails=[*found, "dave@acme.example"])
    added = client.call("get_shared_users", **dataset)
    client.call("share_dataset_only_with", **dataset, user_emails=[])
    emptied = client.call("get_shared_users", **dataset)

    assert (found, shared) == (["carol@acme.example"], None)
    assert (added, emptied) == (["carol@acme.example", "dave@acme.example"], [])
    assert levels(roadmap) == {"bob": Level.OWNER, "team:data-science": Level.READER}


@pytest.mark.parametrize("environment", BOTH)
def test_the_workflow_client_raises_with_our_sentence(vendor, roadmap, environment):
    kinds = {KNOWS_ORGANIZATIONS: "ApiException", KNOWS_TEAMS: "PrettyPrintApiException"}
    client = vendor(environment, "bob")
    with pytest.raises(ClientError) as raised:
        client.call("share_dataset_only_with", dataset_id=roadmap.object_id, user_emails=["x@nowhere.example"])

    assert (raised.value.kind, raised.value.status) == (kinds[environment], 400)
    assert (
        json.loads(raised.value.message)["error"]
        == "This dataset cannot be shared with “x@nowhere.example”: no such user, team or organization."
    )


@pytest.mark.parametrize("environment", BOTH)
def test_the_workflow_client_chooses_a_dataset_by_name(vendor, environment, handbook, roadmap, press_kit):
    client = vendor(environment, "bob")

    def chosen(name: str, **options: Any) -> Any:
        return client.call("set_dataset_id_by_name", dataset_name=name, **options)

    assert chosen("Roadmap") == {"dataset_id": roadmap.object_id, "warnings": 0}
    assert chosen("Handbook", shared=True) == {"dataset_id": handbook.object_id, "warnings": 0}
    assert chosen("handbook", shared=None) == {"dataset_id": handbook.object_id, "warnings": 0}
    with pytest.raises(ClientError, match="A dataset with the name 'Handbook' does not exist"):
        chosen("Handbook")
    client = vendor(environment, "dave")
    with pytest.raises(ClientError, match="A dataset with the name 'Handbook' does not exist"):
        chosen("Handbook", shared=None)


@pytest.mark.parametrize("environment", BOTH)
def test_the_workflow_client_lists_datasets_and_gets_one(vendor, environment, handbook, alice, acme):
    client = vendor(environment, "bob")

    def names(**options: Any) -> list[str]:
        return [dataset["name"] for dataset in client.call("get_datasets", **options)]

    assert (names(), names(shared=True)) == (["Roadmap"], ["Handbook", "Press Kit"])
    assert names(shared=None) == ["Roadmap", "Handbook", "Press Kit"]
    [found] = client.call("get_datasets_by_name", dataset_name="Handbook", shared=True)
    assert found == client.call("get_dataset_by_id", dataset_id=handbook.object_id)
    assert found == document(handbook, alice)
    assert client.call("dataset_exists", dataset_id=handbook.object_id) is True
    assert client.call("dataset_exists", dataset_id=NOWHERE) is False


@pytest.mark.parametrize("environment", BOTH)
def test_the_workflow_client_walks_through_pages_of_names_that_it_can_read(vendor, environment, acme):
    for number in range(5):
        Library.objects.create(name=f"Größe {number}", natural_id=f"groesse-{number}", organization=acme)
    client = vendor(environment, "alice")
    found = client.call("get_pages", page_size=2, shared=True)

    assert [dataset["name"] for dataset in found] == ["Roadmap", *(f"groesse-{number}" for number in range(5))]


ERRORS: list[tuple[int, str, str, str | None, str, dict[str, Any]]] = [
    # 1.3.3 has one class for all; 1.5.22 has these
    (400, "ApiException", "USER_NOT_KNOWN", "alice", CREATE, {"access_type": "WRITE", "users": ["x@nowhere.example"]}),
    (401, "UnauthorizedException", "UNAUTHORIZED", None, GET, {}),
    (403, "ForbiddenException", "FORBIDDEN", "bob", CREATE, {"access_type": "WRITE", "users": []}),
    (403, "ForbiddenException", "FORBIDDEN", "bob", DELETE, {"access_config_id": NOWHERE}),
    (404, "NotFoundException", "DATASET_UNKNOWN", "erin", GET, {}),
    (404, "NotFoundException", "DATASET_UNKNOWN", "erin", DELETE, {"access_config_id": NOWHERE}),
    (404, "NotFoundException", "ACCESS_CONTROL_UNKNOWN", "alice", DELETE, {"access_config_id": NOWHERE}),
]


@pytest.mark.parametrize("environment", BOTH)
def test_every_documented_error_is_the_clients_own_exception(vendor, handbook, environment):
    for status, kind, code, username, operation, arguments in ERRORS:
        client = vendor(environment, username) if username else vendor(environment, token="wrong")
        with pytest.raises(ClientError) as raised:
            client.call(operation, dataset_id=handbook.object_id, **arguments)

        expected = kind if environment == KNOWS_TEAMS else "ApiException"
        assert (raised.value.kind, raised.value.status) == (expected, status)
        body = json.loads(raised.value.message)
        assert (body["code"], set(body)) == (code, {"code", "error", "requestId"})


def test_an_accident_is_the_clients_own_exception(vendor, handbook, monkeypatch):
    monkeypatch.setattr("libraries.api.lightly.views.configs_of", lambda library: 1 / 0)

    for environment, kind in [(KNOWS_ORGANIZATIONS, "ApiException"), (KNOWS_TEAMS, "ServiceException")]:
        client = vendor(environment, "alice")
        with pytest.raises(ClientError) as raised:
            client.call(GET, dataset_id=handbook.object_id)
        assert (raised.value.kind, raised.value.status) == (kind, 500)


def test_the_bearer_of_a_key_is_let_in_too(vendor, key_for, roadmap):
    """“Bearer (JWT) Authentication (auth0Bearer): access_token = 'YOUR_BEARER_TOKEN'”, with a key in its place."""
    client = vendor(KNOWS_TEAMS, access_token=key_for("bob"))
    [write] = client.call(GET, dataset_id=roadmap.object_id)

    assert write["users"] == ["carol@acme.example"]


def test_a_token_and_the_bearer_of_another_key_are_refused(vendor, key_for, roadmap):
    client = vendor(KNOWS_TEAMS, token=key_for("bob"), access_token=key_for("bob"))
    with pytest.raises(ClientError) as raised:
        client.call(GET, dataset_id=roadmap.object_id)

    assert (raised.value.kind, raised.value.status) == ("UnauthorizedException", 401)


@pytest.mark.parametrize("operation", [GET, "get_shared_users"])
def test_what_is_left_out_for_the_strict_client_it_would_reject(vendor, handbook, monkeypatch, operation):
    """Under the generated client's name and under the package's own."""
    share(handbook, "carol", Level.READER)
    client = vendor(KNOWS_TEAMS, "alice")
    client.call(operation, dataset_id=handbook.object_id)

    monkeypatch.setattr("libraries.api.lightly.serializers.reads_only_what_it_knows", lambda user_agent: False)
    with pytest.raises(ClientError, match="additional fields") as raised:
        client.call(operation, dataset_id=handbook.object_id)
    assert raised.value.status is None


def test_only_codes_of_the_vendors_enum_are_used(vendor):
    used = {*errors.CODES.values(), *errors.UNKNOWN.values(), "DATASET_UNKNOWN", "ACCESS_CONTROL_UNKNOWN"}
    client = vendor(KNOWS_TEAMS, "alice")
    codes = client.call("error_codes")

    assert used <= set(codes)
