"""POST /access/v1/search/resource"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from libraries.models import Library, Share
from libraries.people.administrators import set_check_access
from libraries.rules.levels import Kind, Level
from tests.api.authzen.calls import MAY_NOT_ASK, SEARCH_RESOURCE, answer, library, pages, refusal, subject, which
from tests.factories import give


def found(client: Any, body: dict[str, Any]) -> list[str]:
    return [resource["id"] for resource in answer(client, SEARCH_RESOURCE, body)["results"]]


def test_it_finds_what_the_subject_may_read_by_natural_id(client_for):
    assert answer(client_for("bob"), SEARCH_RESOURCE, which("bob", "read")) == {
        "results": [library("handbook"), library("press-kit"), library("roadmap")],
        "page": {"next_token": "", "count": 3},
    }


@pytest.mark.parametrize(
    ("action", "libraries"),
    [
        ("read", ["handbook", "press-kit", "roadmap"]),
        ("write", ["handbook", "roadmap"]),
        ("share", ["roadmap"]),
        ("delete", ["roadmap"]),
    ],
)
def test_it_finds_what_the_action_is_allowed_on_r4(client_for, action, libraries):
    assert found(client_for("alice"), which("bob", action)) == libraries


def test_who_is_shut_out_does_not_find_the_library_r2(client_for, roadmap):
    dave = client_for("dave")
    give(roadmap, "org:acme", Level.READER)
    assert found(dave, which("dave", "read")) == ["press-kit", "roadmap"]
    give(roadmap, "dave", Level.NONE)
    assert found(dave, which("dave", "read")) == ["press-kit"]


def test_about_others_it_covers_the_organizations_that_are_open_to_the_caller_r10(client_for, handbook):
    give(handbook, "frank", Level.READER)
    assert found(client_for("frank"), which("frank", "read")) == ["handbook", "lab-notes", "press-kit"]
    assert found(client_for("alice"), which("frank", "read")) == ["handbook", "press-kit"]
    assert found(client_for("erin"), which("frank", "read")) == ["lab-notes"]
    assert found(client_for("admin"), which("frank", "read")) == ["handbook", "lab-notes", "press-kit"]


def test_about_others_nobody_else_may_ask_r10(client_for, alice, bob, acme):
    client = client_for("bob")
    for body in (which("carol", "read"), which("nobody", "read"), which("acme", "read", "organization")):
        assert refusal(client, SEARCH_RESOURCE, body) == (403, MAY_NOT_ASK)
    set_check_access(organization=acme, user=bob, allowed=True, actor=alice)
    assert found(client, which("carol", "read")) == ["handbook", "press-kit", "roadmap"]


def test_teams_and_organizations_reach_something_too(client_for):
    alice = client_for("alice")
    assert found(alice, which("acme/data-science", "read", "team")) == ["handbook", "press-kit", "roadmap"]
    assert found(alice, which("acme/interns", "read", "team")) == ["press-kit"]
    assert found(alice, which("acme", "read", "organization")) == ["handbook", "press-kit"]


@pytest.mark.parametrize(
    "change",
    [
        {"subject": subject("nobody")},
        {"subject": subject("r2", "robot")},
        {"action": {"name": "fly"}},
        {"resource": {"type": "record"}},
    ],
)
def test_what_is_unknown_finds_nothing(client_for, change):
    assert answer(client_for("alice"), SEARCH_RESOURCE, {**which("bob", "read"), **change}) == {"results": []}


def test_an_id_of_what_is_searched_is_ignored(client_for):
    body = which("bob", "read")
    for ignored in ("roadmap", "nothing", 7, None):
        assert found(client_for("bob"), {**body, "resource": {"type": "library", "id": ignored}}) == [
            "handbook",
            "press-kit",
            "roadmap",
        ]


class TestPages:
    @pytest.mark.parametrize("few", [0, 1000])
    def test_they_are_complete_and_in_order_whatever_their_size(self, client_for, acme, monkeypatch, few):
        """And however many the subject may see: few are fetched and sorted, of many the order is walked."""
        monkeypatch.setattr("libraries.models.libraries.FEW_GRANTS", few)
        Library.objects.bulk_create(
            Library(name="x", natural_id=f"library-{number:03}", organization=acme) for number in range(47)
        )
        expected = sorted(Library.objects.filter(organization=acme).values_list("natural_id", flat=True))
        for limit, number_of_pages in ((1, 50), (2, 25), (20, 3), (50, 1), (10**30, 1)):
            found = list(pages(client_for("alice"), SEARCH_RESOURCE, which("alice", "read", limit=limit)))
            assert len(found) == number_of_pages
            assert [resource["id"] for page in found for resource in page] == expected

    def test_without_a_limit_there_are_a_hundred_on_each(self, client_for, acme):
        Library.objects.bulk_create(Library(name="x", natural_id=f"x-{n}", organization=acme) for n in range(250))
        sizes = [len(page) for page in pages(client_for("alice"), SEARCH_RESOURCE, which("alice", "read"))]
        assert sizes == [100, 100, 53]

    def test_what_is_shared_meanwhile_moves_nothing(self, client_for, acme):
        """By key: what comes or goes before the page is neither repeated nor does it push anything out."""
        bob, body = client_for("bob"), which("bob", "read", limit=1)
        first = answer(bob, SEARCH_RESOURCE, body)
        Library.objects.filter(natural_id="handbook").update(natural_id="a-book")
        Library.objects.create(name="x", natural_id="a-kit", organization=acme)
        second = answer(bob, SEARCH_RESOURCE, {**body, "page": {"token": first["page"]["next_token"]}})
        assert (first["results"], second["results"]) == (
            [library("handbook")],
            [library("press-kit"), library("roadmap")],
        )

    def test_a_limit_of_nothing_says_whether_there_is_anything(self, client_for):
        body = which("bob", "read", limit=0)
        answered = answer(client_for("bob"), SEARCH_RESOURCE, body)
        assert answered["results"] == [] and answered["page"]["next_token"]
        token = answered["page"]["next_token"]
        assert found(client_for("bob"), {**body, "page": {"token": token}}) == ["handbook", "press-kit", "roadmap"]

    def test_a_token_is_good_for_its_search_and_its_caller_alone(self, client_for):
        alice, body = client_for("alice"), which("bob", "read", limit=1)
        token = answer(alice, SEARCH_RESOURCE, body)["page"]["next_token"]
        message = "page.token: Not a token from an answer to this search."
        for client, other in (
            (alice, which("carol", "read", token=token)),
            (alice, which("bob", "write", token=token)),
            (alice, which("bob@acme.example", "read", token=token)),
            (alice, which("bob", "read", "team", token=token)),
            (alice, which("bob", "read", token=token[:-1])),
            (alice, which("bob", "read", token="é")),
            (client_for("bob"), which("bob", "read", token=token)),
        ):
            assert refusal(client, SEARCH_RESOURCE, other) == (400, message)
        assert found(alice, which("bob", "read", token=token)) == ["press-kit", "roadmap"]
        assert found(alice, {**which("bob", "read", token=token, limit=1), "context": {"now": 1}}) == ["press-kit"]

    @pytest.mark.parametrize(
        ("wanted", "message"),
        [
            ({"limit": -1}, "page.limit: Ensure this value is greater than or equal to 0."),
            ({"limit": "2"}, "page.limit: A valid integer is required."),
            ({"limit": True}, "page.limit: A valid integer is required."),
            ({"token": 1}, "page.token: Not a valid string."),
            ([], "page: Invalid data. Expected a dictionary, but got list."),
        ],
    )
    def test_a_page_that_is_not_valid_is_400(self, client_for, wanted, message):
        body = {**which("bob", "read"), "page": wanted}
        assert refusal(client_for("bob"), SEARCH_RESOURCE, body) == (400, message)

    def test_an_empty_token_is_the_first_page(self, client_for):
        for page in ({"token": ""}, {}, None, {"future": 1}):
            assert len(found(client_for("bob"), {**which("bob", "read"), "page": page})) == 3


@pytest.mark.parametrize(("who", "queries"), [("alice", 4), ("bob", 5)])
def test_300_libraries_cost_as_many_queries_as_3(client_for, acme, who, queries):
    client = client_for("alice")

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert found(client, which(who, "read", limit=1000))
        return len(captured)

    with_few = cost()
    libraries = Library.objects.bulk_create(
        Library(name="x", natural_id=f"library-{number}", organization=acme) for number in range(300)
    )
    Share.objects.bulk_create(Share(library=each, kind=Kind.EVERYONE, level=Level.READER) for each in libraries)
    assert cost() == with_few == queries
