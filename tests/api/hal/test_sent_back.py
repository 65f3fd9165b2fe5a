"""What the native API answered can be sent back, by PUT or PATCH: nothing in it is refused, and nothing happens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from libraries.models import Library, Share, User
from tests.api.hal.calls import ACME, CALLS, ENGINEERING, HANDBOOK, ROBOT, SHARES, snapshot
from tests.api.hal.documents import problem

# path: (method, what is ignored, what cannot change)
DOCUMENTS: dict[str, tuple[str, list[str], list[str]]] = {
    HANDBOOK: (
        "PATCH",
        ["accessLevel", "shareCount", "revision", "createdAt", "updatedAt"],
        ["id", "naturalId", "objectId", "organization"],
    ),
    f"{SHARES}/team:engineering": ("PUT", ["grantedBy", "createdAt", "updatedAt"], ["principalId", "libraryId"]),
    f"{HANDBOOK}/owner": ("PUT", ["owners"], []),
    ACME: ("PATCH", ["administered", "createdAt"], ["id", "slug", "principalId"]),
    ENGINEERING: ("PUT", ["createdAt"], ["id", "slug", "organization", "principalId"]),
    f"{ACME}/members/bob": ("PUT", [], ["username", "active", "serviceAccount"]),
    f"{ENGINEERING}/members/bob": ("PUT", [], ["username", "active", "serviceAccount"]),
    "/api/me": ("PATCH", ["organizations", "teams", "key"], ["username", "email"]),
    ROBOT: ("PATCH", ["createdAt", "lastUsedAt"], ["name", "principalId"]),
}
ANOTHER = "It is another one here. Send it as it is, or leave it out."
ODD: list[Any] = [None, True, 7, "x", [], {"href": "javascript:"}]


def _kind(path: str) -> str:
    """The path, but for whose share or membership it is."""
    return path.rsplit("/", 1)[0] if "/members/" in path or "/shares/" in path else path


def sent_back(client, method: str, path: str, **changes: Any) -> Any:
    return client.send(method, path, {**client.get(path).json(), **changes})


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_is_taken_as_it_was_answered_and_nothing_happens(client_for, path):
    alice = client_for("alice")
    method, *_ = DOCUMENTS[path]
    read, before = alice.get(path), snapshot()
    answer = alice.send(method, path, read.json())
    assert (answer.status_code, answer.json()) == (200, read.json())
    assert snapshot() == before


@pytest.mark.parametrize("path", DOCUMENTS)
def test_links_times_and_counters_are_ignored_whatever_they_say(client_for, path):
    alice = client_for("alice")
    method, ignored, _ = DOCUMENTS[path]
    before = snapshot()
    for odd in ODD:
        body = dict.fromkeys(["_links", "_embedded", *ignored], odd)
        assert sent_back(alice, method, path, **body).status_code == 200
    assert snapshot() == before


@pytest.mark.parametrize("path", DOCUMENTS)
def test_what_cannot_change_is_refused_by_name_where_it_differs(client_for, path):
    alice = client_for("alice")
    method, _, fixed = DOCUMENTS[path]
    before = snapshot()
    for name in fixed:
        for odd in [each for each in ODD if each is not alice.get(path).json()[name]]:
            answer = sent_back(alice, method, path, **{name: odd})
            errors = [{"pointer": f"#/{name}", "detail": ANOTHER}]
            assert answer.status_code == 422
            assert answer.json() == problem(422, "The request is not valid.", path, errors=errors)
    assert snapshot() == before


@pytest.mark.parametrize("path", DOCUMENTS)
def test_what_no_document_has_is_still_refused(client_for, path):
    answer = sent_back(client_for("alice"), DOCUMENTS[path][0], path, grantedby="alice")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "#/grantedby", "detail": "There is no such field."}]


def test_every_put_and_patch_is_here():
    called = {(call.method, _kind(call.path)) for call in CALLS.values() if call.method in ("PUT", "PATCH")}
    assert {(method, _kind(path)) for path, (method, *_) in DOCUMENTS.items()} == called


def test_a_change_beside_what_stands_is_made(client_for):
    bob = client_for("bob")
    assert sent_back(bob, "PATCH", HANDBOOK, name="The Handbook").json()["name"] == "The Handbook"


def test_what_stays_as_it_is_takes_no_right_to_change_it(client_for):
    """R4, R10: an editor's document tells who shares, an administrator's the name."""
    bob, alice = client_for("bob"), client_for("alice")
    before = snapshot()
    assert sent_back(bob, "PATCH", HANDBOOK).status_code == 200
    assert sent_back(alice, "PATCH", "/api/libraries/roadmap").status_code == 200
    assert snapshot() == before
    assert sent_back(bob, "PATCH", HANDBOOK, editorsCanShare=True).status_code == 403
    assert sent_back(alice, "PATCH", "/api/libraries/roadmap", name="Mine").status_code == 403


def test_a_reader_changes_nothing_by_sending_what_stands(client_for):
    frank = client_for("frank")
    assert sent_back(frank, "PATCH", "/api/libraries/press-kit").status_code == 403


def test_a_share_that_is_over_or_that_outlasts_the_giver_stays_as_it_is(client_for, handbook):
    """R3: nothing is given, so nobody gives what lasts too long."""
    Library.objects.filter(pk=handbook.pk).update(editors_can_share=True)
    alice, dave = client_for("alice"), client_for("dave")
    alice.put(f"{SHARES}/dave", {"accessLevel": 2, "expiresAt": "2090-01-01T00:00:00Z"})
    alice.put(f"{SHARES}/carol", {"accessLevel": 1, "expiresAt": None})
    alice.put(f"{SHARES}/frank", {"accessLevel": 1, "expiresAt": "2089-01-01T00:00:00Z"})
    Share.objects.filter(library=handbook, user__username="frank").update(expires_at=timezone.now() - timedelta(days=1))
    before = snapshot()
    for name in ("carol", "frank"):
        assert sent_back(dave, "PUT", f"{SHARES}/{name}").status_code == 200
    assert snapshot() == before
    assert sent_back(dave, "PUT", f"{SHARES}/frank", note="again").status_code == 422


def test_ones_own_ownership_can_be_sent_back(client_for):
    """R6"""
    alice, before = client_for("alice"), snapshot()
    assert sent_back(alice, "PUT", f"{SHARES}/alice").status_code == 200
    assert snapshot() == before


def test_a_program_and_an_inactive_account_stay_members_as_they_are(client_for, acme, carol):
    alice = client_for("alice")
    robot = User.objects.get(username="acme.robot")
    robot.groups.add(acme.group_id)
    User.objects.filter(pk=carol.pk).update(is_active=False)
    before = snapshot()
    for path in (f"{ACME}/members/acme.robot", f"{ACME}/members/carol", f"{ENGINEERING}/members/carol"):
        assert sent_back(alice, "PUT", path).status_code == 200
    assert snapshot() == before


def test_a_new_team_may_be_told_by_its_names_and_has_no_id_yet(client_for):
    alice, path = client_for("alice"), f"{ACME}/teams/design"
    names = {"name": "Design", "slug": "design", "organization": "acme", "principalId": "team:design"}
    assert alice.put(path, {**names, "id": "x"}).status_code == 422
    assert alice.put(path, names).status_code == 201


def test_putting_somebody_unknown_tells_nothing_more_by_what_is_sent(client_for):
    """R9: frank is of globex, so to acme's administrator he is as nobody."""
    alice = client_for("alice")
    for active in (True, False):
        for name in ("frank", "nobody"):
            answers = [
                alice.put(f"{group}/members/{name}", {"active": active}).json()["code"] for group in (ACME, ENGINEERING)
            ]
            assert answers == ["consent_needed", "unknown_user"]
