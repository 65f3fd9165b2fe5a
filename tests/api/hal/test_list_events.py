"""GET /api/libraries/{id}/events"""

import pytest

from libraries.models import Event, Scope
from libraries.rules.levels import Level
from tests.api.hal.documents import CURIES, event_document, moment, no_such_library, problem
from tests.factories import give, give_as

PATH = "/api/libraries/handbook/events"
NOT_FOR_YOU = "You may not see what happened to this library. Ask an owner of it."


def events(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["_embedded"]["inf:event"]


def test_it_lists_what_happened_newest_first(client_for, alice, acme, handbook):
    client = client_for("alice")
    client.put("/api/libraries/handbook/shares/org:acme", {"accessLevel": 2, "note": "for all"}, X_Request_ID="mine")
    newest = Event.objects.latest("position")

    answer = client.get(PATH)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/hal+json"
    assert answer.json() == {
        "_links": {"self": {"href": PATH}, "curies": CURIES},
        "_embedded": {
            "inf:event": [
                event_document(event) for event in Event.objects.filter(library_id=handbook.pk).order_by("-position")
            ]
        },
        "start": 0,
        "count": 6,
    }
    assert events(answer)[0] == {
        "id": str(newest.pk),
        "at": moment(newest.at),
        "actor": "alice",
        "action": "share.changed",
        "principalId": "org:acme",
        "from": 1,
        "to": 2,
        "details": {"note": ["", "for all"]},
        "via": "hal",
        "requestId": "mine",
        "keyId": str(newest.key_id),
        "address": "127.0.0.1",
        "organization": "acme",
        "library": "handbook",
        "libraryId": str(handbook.pk),
    }


def test_it_is_for_owners_and_administrators(client_for, roadmap):
    """R10. Others who see the library are told so; to the rest it does not exist."""
    path = "/api/libraries/roadmap/events"
    for username in ("bob", "alice", "admin"):  # the owner, the administrator, the superuser
        assert [event["action"] for event in events(client_for(username).get(path))][-1] == "library.created"
    seen = client_for("carol").get(path)
    assert seen.status_code == 403
    assert seen.json() == problem(403, NOT_FOR_YOU, path, code="action_not_allowed", rule="R4")
    for username in ("dave", "erin", "frank"):
        hidden = client_for(username).get(path)
        assert hidden.status_code == 404
        assert hidden.json() == no_such_library(path)


def test_becoming_an_owner_opens_it(client_for, handbook):
    bob = client_for("bob", Scope.LIBRARY_READ)
    assert bob.get(PATH).status_code == 403
    give(handbook, "bob", Level.OWNER)
    assert events(bob.get(PATH))[0]["to"] == 3


def test_it_says_nothing_of_the_query_to_who_may_not_look(client_for):
    assert client_for("bob").get(f"{PATH}?action=nonsense").status_code == 403
    assert client_for("frank").get(f"{PATH}?action=nonsense").status_code == 404


@pytest.mark.parametrize("name", ["pk", "natural_id", "object_id"])
def test_it_answers_to_all_of_the_librarys_names(client_for, handbook, name):
    assert len(events(client_for("alice").get(f"/api/libraries/{getattr(handbook, name)}/events"))) == 5


def test_a_later_library_of_the_same_name_has_a_history_of_its_own(client_for):
    client = client_for("alice")
    assert client.delete("/api/libraries/handbook").status_code == 204
    assert client.get(PATH).json() == no_such_library(PATH)
    client.post("/api/libraries", {"name": "Handbook"})
    assert [event["action"] for event in events(client.get(PATH))] == ["share.created", "library.created"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("action=share.created", ["frank", "team:interns", "team:engineering", "org:acme", "alice"]),
        ("action=library.deleted", []),
        ("actor=bob", ["frank"]),
        ("actor=Bob", []),
        ("actor=carol", []),
        ("principal=team%3Ainterns", ["team:interns"]),
        ("principal=interns", []),
        ("principal=frank&actor=bob&action=share.created", ["frank"]),
        ("principal=frank&actor=alice", []),
        ("since=2090-01-01T00:00:00Z", []),
        ("until=2020-01-01T00:00:00%2B01:00", []),
        ("actor=bob&since=2020-01-01T00:00:00Z&until=2090-01-01T00:00:00Z", ["frank"]),
    ],
)
def test_it_filters(client_for, bob, handbook, query, found):
    handbook.editors_can_share = True
    handbook.save()
    give_as(bob, handbook, "frank", Level.READER)

    answer = client_for("alice").get(f"{PATH}?{query}")

    assert [event["principalId"] for event in events(answer)] == found
    assert answer.json()["_links"]["self"] == {"href": f"{PATH}?{query}"}


def test_times_are_compared_to_the_microsecond(client_for, handbook):
    client = client_for("alice")
    give(handbook, "frank", Level.READER)
    at = moment(Event.objects.latest("position").at)
    assert [event["principalId"] for event in events(client.get(f"{PATH}?since={at}"))] == ["frank"]
    assert "frank" not in [event["principalId"] for event in events(client.get(f"{PATH}?until={at}"))]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("action=share.made", {"#/action": "\"share.made\" is not a valid choice."}),
        ("principal=%00", {"#/principal": "Null characters are not allowed."}),
        ("since=2030-01-31T12:00:00", {"#/since": "Include the time zone, as in 2030-01-31T12:00:00Z."}),
        ("organization=acme", {"#/organization": "There is no such field."}),
        ("count=0&start=-1", {
            "#/count": "Ensure this value is greater than or equal to 1.",
            "#/start": "Ensure this value is greater than or equal to 0.",
        }),
    ],
)  # fmt: skip
def test_a_bad_filter_is_named(client_for, query, errors):
    answer = client_for("alice").get(f"{PATH}?{query}")
    assert answer.status_code == 422
    assert {error["pointer"]: error["detail"] for error in answer.json()["errors"]} == errors


@pytest.mark.parametrize(
    "since", ["yesterday", "2030-01-31", "2030-13-01T00:00:00Z", "0001-01-01T00:00:00%2B14:00", "1e9"]
)
def test_a_moment_that_is_none_is_refused(client_for, since):
    for parameter in ("since", "until"):
        answer = client_for("alice").get(f"{PATH}?{parameter}={since}")
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"#/{parameter}"]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6])
def test_a_walk_meets_everything_once_there_and_back(client_for, handbook, count):
    client = client_for("alice")
    everything = events(client.get(PATH))

    def walk(path, relation):
        pages = []
        while path:
            body = client.get(path).json()
            pages.append(body["_embedded"]["inf:event"])
            last, path = path, body["_links"].get(relation, {}).get("href")
        return last, pages

    last, there = walk(f"{PATH}?count={count}", "next")
    _, back = walk(last, "prev")
    assert [event for page in there for event in page] == everything
    assert back == there[::-1]


def test_what_happens_meanwhile_moves_nothing(client_for, handbook):
    client = client_for("alice")
    everything = events(client.get(PATH))
    page = client.get(f"{PATH}?count=2").json()
    give(handbook, "frank", Level.READER)
    following = client.get(page["_links"]["next"]["href"]).json()
    assert page["_embedded"]["inf:event"] + following["_embedded"]["inf:event"] == everything[:4]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_it_only_reads(client_for, method):
    answer = client_for("alice").send(method, PATH, {})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert answer.json() == problem(405, f'Method "{method}" not allowed.', PATH)
