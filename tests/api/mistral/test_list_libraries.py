"""GET /v1/libraries: "all libraries that you have created or have been shared with you", a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from libraries.models import Library, Scope, Share, User
from libraries.principals import named
from libraries.rules.levels import Kind, Level
from libraries.sharing.share import share_library
from tests.api.mistral.bodies import LIBRARIES, library_document
from tests.clients import ApiClient


def listed(client: ApiClient, **query: Any) -> dict[str, Any]:
    answer = client.get(f"{LIBRARIES}?{urlencode(query)}" if query else LIBRARIES)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def names(body: dict[str, Any]) -> list[str]:
    return [library["name"] for library in body["data"]]


def pages(client: ApiClient, **query: Any) -> Iterator[dict[str, Any]]:
    """Every page, following the tokens."""
    body = listed(client, **query)
    yield body
    while body["next_page_token"]:
        body = listed(client, **query, page_token=body["next_page_token"])
        yield body


def test_it_lists_the_libraries_that_the_caller_may_see(client_for, handbook, press_kit, roadmap, alice, bob):
    """alice administers the organization, so she sees bob's too (R10)."""
    about_handbook = {"explicit_workspace_members_count": 1, "org_sharing_role": "Viewer"}
    about_roadmap = {"explicit_user_members_count": 2, "explicit_workspace_members_count": 1}
    assert listed(client_for("alice")) == {
        "data": [
            library_document(handbook, owner_id=str(alice.pk), **about_handbook),
            library_document(press_kit, owner_id=str(alice.pk)),
            library_document(roadmap, owner_id=str(bob.pk), **about_roadmap),
        ],
        "next_page_token": None,
        "pagination": {
            "total_items": 3,
            "total_pages": 1,
            "current_page": 0,
            "page_size": 100,
            "has_more": False,
        },
    }


def test_a_stranger_sees_only_what_everyone_does(client_for, press_kit, alice):
    hidden = {"explicit_user_members_count": None, "explicit_workspace_members_count": None}
    [library] = [library for library in listed(client_for("erin"))["data"] if library["name"] != "Lab Notes"]
    assert library == library_document(press_kit, owner_id=str(alice.pk), **hidden)


def test_who_is_shut_out_does_not_see_the_library(client_for, roadmap, carol, bob):
    """R2"""
    client = client_for("carol")
    assert names(listed(client)) == ["Handbook", "Press Kit", "Roadmap"]
    share_library(library=roadmap, principal=named("carol"), level=Level.NONE, actor=bob)
    assert names(listed(client)) == ["Handbook", "Press Kit"]


@pytest.mark.parametrize("search", ["hand", "HAND", "book", "Handbook"])
def test_search_finds_a_part_of_the_name_whatever_its_case(client_for, search):
    body = listed(client_for("alice"), search=search)
    assert (names(body), body["pagination"]["total_items"]) == (["Handbook"], 1)


@pytest.mark.parametrize("search", ["%", "_", "press-kit", "Lab"])
def test_search_finds_nothing_by_wildcards_natural_ids_or_what_others_have(client_for, search):
    body = listed(client_for("alice"), search=search)
    assert body == {
        "data": [],
        "next_page_token": None,
        "pagination": {"total_items": 0, "total_pages": 0, "current_page": 0, "page_size": 100, "has_more": False},
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("true", ["Handbook", "Press Kit"]),
        ("True", ["Handbook", "Press Kit"]),
        ("1", ["Handbook", "Press Kit"]),
        ("false", ["Handbook", "Press Kit", "Roadmap"]),
        ("", ["Handbook", "Press Kit", "Roadmap"]),
    ],
)
def test_filter_owned_by_me_leaves_out_what_others_own(client_for, asked, found):
    assert names(listed(client_for("alice"), filter_owned_by_me=asked)) == found


def test_filters_add_up(client_for):
    assert names(listed(client_for("alice"), filter_owned_by_me="true", search="r")) == ["Press Kit"]


def test_page_and_page_size_count_pages_from_zero(client_for):
    first, second, third = (listed(client_for("alice"), page_size=2, page=page) for page in range(3))
    assert [names(first), names(second), names(third)] == [["Handbook", "Press Kit"], ["Roadmap"], []]
    totals = {"total_items": 3, "total_pages": 2, "page_size": 2}
    assert first["pagination"] == {**totals, "current_page": 0, "has_more": True}
    assert second["pagination"] == {**totals, "current_page": 1, "has_more": False}
    assert third["pagination"] == {**totals, "current_page": 2, "has_more": False}


def test_tokens_lead_through_every_page_and_bring_no_pagination(client_for):
    first, second, third = pages(client_for("alice"), page_size=1)
    assert [names(first), names(second), names(third)] == [["Handbook"], ["Press Kit"], ["Roadmap"]]
    assert "pagination" in first
    assert second.keys() == third.keys() == {"data", "next_page_token"}


def test_a_token_wins_over_page_which_the_client_always_sends(client_for):
    client = client_for("alice")
    token = listed(client, page_size=2)["next_page_token"]
    body = listed(client, page_size=2, page=0, page_token=token, search="", filter_owned_by_me="")
    assert body == {"data": body["data"], "next_page_token": None}
    assert names(body) == ["Roadmap"]


def test_a_token_of_a_numbered_page_continues_behind_it(client_for):
    client = client_for("alice")
    token = listed(client, page_size=1, page=1)["next_page_token"]
    assert names(listed(client, page_size=5, page_token=token)) == ["Roadmap"]


def test_libraries_of_one_name_are_listed_once_each(client_for, acme):
    Library.objects.bulk_create([Library(name="Twin", natural_id=f"twin-{n}", organization=acme) for n in range(5)])
    found = [
        library["id"] for page in pages(client_for("alice"), page_size=2, search="Twin") for library in page["data"]
    ]
    assert len(found) == len(set(found)) == 5


def test_a_token_of_another_request_or_caller_is_refused(client_for):
    client = client_for("alice")
    token = listed(client, page_size=1)["next_page_token"]
    for caller, query in (
        (client, {"page_token": token, "search": "book"}),
        (client, {"page_token": token, "filter_owned_by_me": "true"}),
        (client, {"page_token": token[:-1]}),
        (client, {"page_token": "é"}),
        (client, {"page_token": "2"}),
        (client_for("bob"), {"page_token": token}),
    ):
        answer = caller.get(f"{LIBRARIES}?{urlencode(query)}")
        assert answer.status_code == 422
        assert answer.json() == {
            "detail": [
                {
                    "loc": ["query", "page_token"],
                    "msg": "Not a token from an answer to this request.",
                    "type": "value_error",
                }
            ]
        }
    assert names(listed(client, page_token=token)) == ["Press Kit", "Roadmap"]


@pytest.mark.parametrize(
    ("query", "message", "kind"),
    [
        ({"page_size": 0}, "Ensure this value is greater than or equal to 1.", "greater_than_equal"),
        ({"page_size": 1001}, "Ensure this value is less than or equal to 1000.", "less_than_equal"),
        ({"page_size": "ten"}, "A valid integer is required.", "value_error"),
        ({"page": -1}, "Ensure this value is greater than or equal to 0.", "greater_than_equal"),
        ({"page": 10**30}, "Ensure this value is less than or equal to 1000000000.", "less_than_equal"),
        ({"filter_owned_by_me": "maybe"}, "Must be a valid boolean.", "value_error"),
        ({"search": "a\0"}, "Null characters are not allowed.", "value_error"),
        ({"search": "x" * 201}, "Ensure this field has no more than 200 characters.", "string_too_long"),
    ],
)
def test_a_parameter_that_is_not_valid_is_named(client_for, query, message, kind):
    answer = client_for("alice").get(f"{LIBRARIES}?{urlencode(query)}")
    [field] = query
    assert answer.status_code == 422
    assert answer.json() == {"detail": [{"loc": ["query", field], "msg": message, "type": kind}]}


def test_the_largest_page_of_all_is_empty(client_for):
    assert listed(client_for("alice"), page=10**9, page_size=1000)["data"] == []


def test_parameters_that_it_does_not_know_are_ignored(client_for):
    assert len(names(listed(client_for("alice"), from_the_future="1"))) == 3


@pytest.mark.parametrize(
    ("agent", "query", "size"),
    [
        ("mistral-client-python/1.9.11", {}, 1000),
        ("mistral-client-python/1.9.11", {"search": ""}, 1000),
        ("speakeasy-sdk/typescript 1.15.1 2.797.1 1.0.0 @mistralai/mistralai", {}, 1000),
        ("speakeasy-sdk/typescript 2.7.0 2.884.13 1.0.0 @mistralai/mistralai", {"page_size": 100, "page": 0}, 100),
        ("speakeasy-sdk/typescript 1.15.1 2.797.1 1.0.0 @others/mistralai", {}, 100),
        ("mistral-client-python/3.7.0", {"page_size": 100, "page": 0}, 100),
        ("mistral-client-python/3.7.0", {"page": 0}, 100),
        ("curl/8.0", {}, 100),
    ],
)
def test_clients_that_cannot_ask_for_a_second_page_get_the_largest(client_for, agent, query, size):
    """Up to 2.0 the vendor's clients list without naming a page, and so lose nothing here up to 1000 libraries."""
    answer = client_for("alice").get(f"{LIBRARIES}?{urlencode(query)}", User_Agent=agent)
    assert answer.json()["pagination"]["page_size"] == size


def test_it_needs_a_key_that_may_read(client_for):
    answer = client_for("alice", Scope.LIBRARY_WRITE).get(LIBRARIES)
    assert (answer.status_code, answer.json()) == (403, {"detail": "The key lacks the scope library:read."})


@pytest.mark.parametrize("by_token", [False, True])
def test_300_libraries_cost_as_many_queries_as_3(client_for, acme, by_token):
    client = client_for("alice")

    def cost(size: int) -> int:
        token = {"page_token": listed(client, page_size=1)["next_page_token"]} if by_token else {}
        with CaptureQueriesContext(connection) as queries:
            body = listed(client, page_size=size, **token)
        assert len(body["data"]) == size
        return len(queries)

    with_few = cost(2)
    libraries = Library.objects.bulk_create(
        [Library(name=f"Library {n}", natural_id=f"library-{n}", organization=acme) for n in range(300)]
    )
    reader = User.objects.get(username="carol")
    Share.objects.bulk_create(
        [Share(library=library, kind=Kind.USER, user=reader, level=Level.READER) for library in libraries]
    )
    assert cost(300) == with_few == 3
