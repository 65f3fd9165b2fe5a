"""POST /access/v1/search/action"""

from __future__ import annotations

from typing import Any

import pytest

from libraries.models import Share
from tests.api.authzen.calls import MAY_NOT_ASK, SEARCH_ACTION, answer, library, pages, refusal, subject, what_may


def found(client: Any, body: dict[str, Any]) -> list[str]:
    return [each["name"] for each in answer(client, SEARCH_ACTION, body)["results"]]


def test_it_finds_what_the_subject_may_do(client_for):
    assert answer(client_for("alice"), SEARCH_ACTION, what_may("bob", "handbook")) == {
        "results": [{"name": "read"}, {"name": "write"}],
        "page": {"next_token": "", "count": 2},
    }


@pytest.mark.parametrize(
    ("who", "kind", "actions"),
    [
        ("alice", "user", ["read", "write", "share", "delete"]),
        ("admin", "user", ["read", "write", "share", "delete"]),
        ("acme/engineering", "team", ["read", "write"]),
        ("acme", "organization", ["read"]),
    ],
)
def test_for_each_kind_of_subject_r4(client_for, who, kind, actions):
    assert found(client_for("alice"), what_may(who, "handbook", kind)) == actions


@pytest.mark.parametrize(
    "change",
    [
        {"subject": subject("dave")},
        {"subject": subject("nobody")},
        {"subject": subject("r2", "robot")},
        {"resource": {"type": "record", "id": "handbook"}},
        {"resource": library("lab-notes")},
        {"resource": library("nothing")},
    ],
)
def test_there_is_nothing_to_do_for_strangers_or_what_is_unknown(client_for, change):
    body = {**what_may("frank", "handbook"), **change}
    assert answer(client_for("alice"), SEARCH_ACTION, body) == {"results": []}


def test_everybody_asks_about_themselves_and_learns_nothing_of_what_they_may_not_see_r9(client_for):
    dave = client_for("dave")
    assert found(dave, what_may("dave", "press-kit")) == ["read"]
    for name in ("handbook", "lab-notes", "nothing"):
        assert answer(dave, SEARCH_ACTION, what_may("dave", name)) == {"results": []}


def test_about_others_nobody_asks_who_holds_no_power_r10(client_for):
    for name in ("handbook", "nothing"):
        assert refusal(client_for("bob"), SEARCH_ACTION, what_may("carol", name)) == (403, MAY_NOT_ASK)


def test_an_action_is_ignored(client_for):
    for ignored in ({"name": "read"}, {"name": 7}, "fly"):
        assert found(client_for("bob"), {**what_may("bob", "handbook"), "action": ignored}) == ["read", "write"]


def test_pages_are_complete_and_in_order(client_for):
    for limit, expected in (
        (1, [["read"], ["write"], ["share"], ["delete"]]),
        (3, [["read", "write", "share"], ["delete"]]),
        (4, [["read", "write", "share", "delete"]]),
    ):
        body = what_may("alice", "handbook", limit=limit)
        found_in_pages = pages(client_for("alice"), SEARCH_ACTION, body)
        assert [[each["name"] for each in page] for page in found_in_pages] == expected


def test_what_is_taken_away_meanwhile_is_neither_found_nor_makes_anything_repeat(client_for):
    """carol's token is behind `write`, which she then loses."""
    bob, alice = client_for("bob"), client_for("alice")
    body = what_may("carol", "roadmap", limit=1)
    assert bob.put("/api/libraries/roadmap/shares/carol", {"accessLevel": 3}).status_code == 200
    token = answer(alice, SEARCH_ACTION, {**body, "page": {"limit": 2}})["page"]["next_token"]
    later = {**body, "page": {"token": token}}
    assert found(alice, later) == ["share", "delete"]
    Share.objects.filter(user__username="carol", library__natural_id="roadmap").delete()
    assert answer(alice, SEARCH_ACTION, later) == {"results": [], "page": {"next_token": "", "count": 0}}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"subject": subject("bob")}, "resource: This field is required."),
        ({"subject": {"type": "user"}, "resource": library("handbook")}, "subject.id: This field is required."),
        ({"subject": subject("bob"), "resource": {"type": "library"}}, "resource.id: This field is required."),
    ],
)
def test_what_is_missing_is_400(client_for, body, message):
    assert refusal(client_for("alice"), SEARCH_ACTION, body) == (400, message)
