"""GET /api/libraries/{id}/shares"""

import pytest

from libraries.models import Scope
from tests.api.hal.calls import SHARES
from tests.api.hal.documents import CURIES, no_such_library, problem, share_document, share_of

PRINCIPALS = ["alice", "org:acme", "team:engineering", "team:interns"]


def test_it_answers_as_the_document_shows(client_for, handbook):
    answer = client_for("alice").get(SHARES)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/hal+json"
    body = answer.json()
    assert body["_links"]["self"] == {"href": SHARES}
    assert (body["start"], body["count"], body["total"]) == (0, 4, 4)
    assert [
        {key: share[key] for key in ("principalId", "libraryId", "accessLevel")}
        for share in body["_embedded"]["inf:share"]
    ] == [
        {"principalId": "alice", "libraryId": str(handbook.pk), "accessLevel": 3},
        {"principalId": "org:acme", "libraryId": str(handbook.pk), "accessLevel": 1},
        {"principalId": "team:engineering", "libraryId": str(handbook.pk), "accessLevel": 2},
        {"principalId": "team:interns", "libraryId": str(handbook.pk), "accessLevel": 0},
    ]


def test_it_says_more_than_the_document(client_for, handbook):
    alice, acme, engineering, interns = (share_of(handbook, principal) for principal in PRINCIPALS)
    assert client_for("alice").get(SHARES).json() == {
        "_links": {
            "self": {"href": SHARES},
            "find": {"href": f"{SHARES}/{{principalId}}", "templated": True},
            "curies": CURIES,
        },
        "_embedded": {
            "inf:share": [
                share_document(alice),  # R6: an owner's own is fixed
                share_document(acme, "edit", "inf:delete"),
                share_document(engineering, "edit", "inf:delete"),
                share_document(interns, "edit", "inf:delete"),
            ]
        },
        "start": 0,
        "count": 4,
        "total": 4,
    }


@pytest.mark.parametrize(
    ("username", "changeable", "removable"),
    [
        ("bob", [], []),
        ("admin", PRINCIPALS[1:], PRINCIPALS[1:]),  # R5: only owners touch ownership
    ],
)
def test_it_shows_each_what_they_may_change(client_for, username, changeable, removable):
    shares = client_for(username).get(SHARES).json()["_embedded"]["inf:share"]
    assert [share["principalId"] for share in shares if "edit" in share["_links"]] == changeable
    assert [share["principalId"] for share in shares if "inf:delete" in share["_links"]] == removable


def test_it_shows_everyone_how_to_leave(client_for, roadmap):
    """R7"""
    shares = client_for("carol").get("/api/libraries/roadmap/shares").json()["_embedded"]["inf:share"]
    assert shares == [
        share_document(share_of(roadmap, "bob")),
        share_document(share_of(roadmap, "carol"), "inf:delete"),
        share_document(share_of(roadmap, "team:data-science")),
    ]


def test_a_key_that_only_reads_is_shown_no_way_to_change(client_for):
    shares = client_for("alice", Scope.LIBRARY_READ).get(SHARES).json()["_embedded"]["inf:share"]
    assert {link for share in shares for link in share["_links"]} == {"self", "inf:library"}


@pytest.mark.parametrize("name", ["pk", "natural_id", "object_id"])
def test_it_answers_to_all_names_of_the_library(client_for, handbook, name):
    path = f"/api/libraries/{getattr(handbook, name)}/shares"
    body = client_for("alice").get(path).json()
    assert body["total"] == 4
    assert body["_links"]["self"] == {"href": path}
    assert body["_links"]["find"] == {"href": f"{path}/{{principalId}}", "templated": True}


def test_one_whom_only_everyone_reaches_may_not_see_it(client_for):
    """R9: the library they see, the list they do not."""
    path = "/api/libraries/press-kit/shares"
    answer = client_for("frank").get(path)
    detail = "You may not see whom this library is shared with. Ask an owner of it."
    assert answer.status_code == 403
    assert answer.json() == problem(403, detail, path, code="action_not_allowed", rule="R4")
    client_for("alice").put(f"{path}/frank", {"accessLevel": 1})
    assert client_for("frank").get(path).json()["total"] == 3


@pytest.mark.parametrize("username", ["dave", "frank"])
@pytest.mark.parametrize("library", ["handbook", "no-such-library"])
def test_to_others_there_is_no_such_library(client_for, username, library):
    path = f"/api/libraries/{library}/shares"
    answer = client_for(username).get(f"{path}?count=0")
    assert (answer.status_code, answer.json()) == (404, no_such_library(path))


@pytest.fixture(params=["read through", "looked up by name", "read through, since many have such names"])
def form(request, monkeypatch):
    """How shares are found by name depends on how many there are, and how many have such names."""
    few_shares, few_names = {"read through": (1000, 0), "looked up by name": (0, 1000)}.get(request.param, (0, 0))
    monkeypatch.setattr("libraries.sharing.search.FEW_SHARES", few_shares)
    monkeypatch.setattr("libraries.sharing.search.FEW_NAMES", few_names)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=user", ["alice"]),
        ("kind=team", ["team:engineering", "team:interns"]),
        ("kind=organization", ["org:acme"]),
        ("kind=everyone", []),
        ("accessLevel=0", ["team:interns"]),
        ("accessLevel=3", ["alice"]),
        ("q=ALI", ["alice"]),
        ("q=alice@acme", ["alice"]),
        ("q=lice", []),
        ("q=eng", ["team:engineering"]),
        ("q=team:", ["team:engineering", "team:interns"]),
        ("q=team:int", ["team:interns"]),
        ("q=Engineering@acme.example", ["team:engineering"]),
        ("q=acme", ["org:acme"]),
        ("q=org:ac", ["org:acme"]),
        ("q=every", []),
        ("q=%25", []),
        ("q=", PRINCIPALS),
        ("kind=team&accessLevel=2&q=e", ["team:engineering"]),
        ("kind=team&accessLevel=3", []),
    ],
)
def test_it_filters(client_for, form, query, found):
    body = client_for("alice").get(f"{SHARES}?{query}").json()
    assert [share["principalId"] for share in body["_embedded"]["inf:share"]] == found
    assert body["_links"]["self"] == {"href": f"{SHARES}?{query}"}
    assert body["count"] == len(found)


def test_everyone_is_found_by_name(client_for, form):
    client = client_for("alice")
    for query in ("q=every", "q=EVERYONE", "kind=everyone"):
        shares = client.get(f"/api/libraries/press-kit/shares?{query}").json()["_embedded"]["inf:share"]
        assert [share["principalId"] for share in shares] == ["everyone"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_all_shares_at_once_are_read_or_posted(client_for, method):
    answer = client_for("alice").send(method, SHARES, {})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert answer.json() == problem(405, f'Method "{method}" not allowed.', SHARES)
