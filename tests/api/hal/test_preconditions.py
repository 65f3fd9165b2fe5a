"""ETags, If-Match and If-None-Match (RFC 9110, sections 8.8.3 and 13)."""

import pytest

from libraries.models import ApiKey, Scope, Share, User
from tests.api.hal.calls import ACME, ENGINEERING, HANDBOOK, KEY, OLD_KEY, READING, SHARES, snapshot
from tests.api.hal.documents import problem

CHANGED = "It was changed after you read it, or it exists already. Read it again before you change it."
SHARE = f"{SHARES}/org:acme"
CHANGES = {
    "putShare": ("PUT", SHARE, {"accessLevel": 2}, 200),
    "deleteShare": ("DELETE", SHARE, None, 204),
    "patchLibrary": ("PATCH", HANDBOOK, {"name": "The Handbook"}, 200),
    "deleteLibrary": ("DELETE", HANDBOOK, None, 204),
    "putOwner": ("PUT", f"{HANDBOOK}/owner", {"username": "bob"}, 200),
    "deleteKey": ("DELETE", KEY, None, 204),
    "patchOrganization": ("PATCH", ACME, {"name": "ACME"}, 200),
    "putMember": ("PUT", f"{ACME}/members/carol", {"administrator": False}, 200),
    "deleteMember": ("DELETE", f"{ACME}/members/carol?successor=bob", None, 204),
    "putTeam": ("PUT", ENGINEERING, {"name": "Engineers"}, 200),
    "deleteTeam": ("DELETE", ENGINEERING, None, 204),
    "putTeamMember": ("PUT", f"{ENGINEERING}/members/carol", {}, 200),
    "deleteTeamMember": ("DELETE", f"{ENGINEERING}/members/carol", None, 204),
}


@pytest.fixture
def alice_calls(client_for):
    return client_for("alice")


@pytest.fixture(params=list(CHANGES.values()), ids=list(CHANGES))
def change(request):
    return request.param


def failed(path):
    return problem(412, CHANGED, path.partition("?")[0], code="precondition_failed")


def test_a_put_answers_with_the_etag_that_a_get_has(alice_calls):
    for principal in ("org:acme", "bob", "team:interns"):
        put = alice_calls.put(f"{SHARES}/{principal}", {"accessLevel": 2, "expiresAt": "2090-01-01T01:00:00+01:00"})
        got = alice_calls.get(f"{SHARES}/{principal}")
        assert put.headers["ETag"] == got.headers["ETag"]
        assert put.json() == got.json()


def test_an_etag_changes_with_what_it_stands_for(alice_calls):
    etags = [alice_calls.get(SHARE).headers["ETag"]]
    for body in (
        {"accessLevel": 2},
        {"accessLevel": 2, "note": "All hands"},
        {"accessLevel": 2, "expiresAt": "2090-01-01T00:00:00Z"},
    ):
        etags.append(alice_calls.put(SHARE, body).headers["ETag"])
    assert len(set(etags)) == 4
    assert alice_calls.get(SHARE).headers["ETag"] == etags[-1]


def test_an_etag_changes_with_what_the_caller_may_do(client_for):
    """Else a 304 would leave links standing that lead nowhere."""
    bob = client_for("bob")
    for path in (SHARE, SHARES, HANDBOOK):
        etag = bob.get(path).headers["ETag"]
        client_for("alice").patch(HANDBOOK, {"editorsCanShare": True})
        answer = bob.get(path, If_None_Match=etag)
        assert (answer.status_code, answer.headers["ETag"] == etag) == (200, False)
        client_for("alice").patch(HANDBOOK, {"editorsCanShare": False})


@pytest.mark.parametrize("call", READING.values(), ids=READING)
def test_a_reader_who_has_it_already_is_told_so(alice_calls, call):
    first = alice_calls.get(call.path)
    etag = first.headers["ETag"]
    for header in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        for method in ("GET", "HEAD"):
            answer = alice_calls.send(method, call.path, If_None_Match=header)
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["ETag"] == etag
            assert answer.headers["Cache-Control"] == first.headers["Cache-Control"] == "private, no-cache"
            assert answer.headers["Vary"] == first.headers["Vary"]
            assert "Content-Type" not in answer.headers
    for header in ('"other"', f"{etag[:-1]}x{etag[-1]}", etag.strip('"'), "garbage", ""):
        assert alice_calls.get(call.path, If_None_Match=header).json() == first.json()


@pytest.mark.parametrize("call", READING.values(), ids=READING)
def test_a_reader_may_insist_on_what_they_know(alice_calls, call):
    etag = alice_calls.get(call.path).headers["ETag"]
    assert alice_calls.get(call.path, If_Match=etag).status_code == 200
    answer = alice_calls.get(call.path, If_Match='"other"')
    assert (answer.status_code, answer.json()) == (412, failed(call.path))


def test_a_list_is_read_again_only_when_it_has_changed(alice_calls):
    for path in (f"{SHARES}?count=2", "/api/libraries?count=1"):
        etag = alice_calls.get(path).headers["ETag"]
        assert alice_calls.get(path, If_None_Match=etag).status_code == 304
        alice_calls.put(SHARE, {"accessLevel": 2, "note": path})
        assert alice_calls.get(path, If_None_Match=etag).status_code == 200


def test_a_new_name_shows_in_the_etag(alice_calls, alice):
    """The share itself has not changed; what is said of it has."""
    etag = alice_calls.get(SHARE).headers["ETag"]
    User.objects.filter(pk=alice.pk).update(username="alicia")
    assert alice_calls.get(SHARE, If_None_Match=etag).json()["grantedBy"] == "alicia"


def test_nobody_is_told_304_about_what_they_may_not_see(client_for, alice_calls):
    for path in (HANDBOOK, SHARES, SHARE):
        etag = alice_calls.get(path).headers["ETag"]
        for header in (etag, "*"):
            assert client_for("frank").get(path, If_None_Match=header).status_code == 404


def test_a_change_of_what_is_still_the_same_goes_through(alice_calls, change):
    method, path, body, status = change
    etag = alice_calls.get(path).headers["ETag"]
    assert alice_calls.send(method, path, body, If_Match=f'"other", {etag}').status_code == status


def test_a_change_of_whatever_is_there_goes_through(alice_calls, change):
    method, path, body, status = change
    assert alice_calls.send(method, path, body, If_Match="*").status_code == status


@pytest.mark.parametrize(
    "condition",
    [
        {"If_Match": '"other"'},
        {"If_Match": 'W/"other", "another"'},
        {"If_Match": "unquoted"},
        {"If_Match": ""},
        {"If_None_Match": "*"},
    ],
    ids=str,
)
def test_a_change_on_a_condition_that_fails_changes_nothing(alice_calls, change, condition):
    method, path, body, _ = change
    before = snapshot()
    answer = alice_calls.send(method, path, body, **condition)
    assert (answer.status_code, answer.json()) == (412, failed(path))
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert snapshot() == before


def test_a_change_on_the_current_etag_differs_for_weak_ones(alice_calls, change):
    """If-Match compares strongly, If-None-Match weakly (RFC 9110, section 8.8.3.2)."""
    method, path, body, status = change
    etag = alice_calls.get(path).headers["ETag"]
    before = snapshot()
    for condition in ({"If_Match": f"W/{etag}"}, {"If_None_Match": etag}, {"If_None_Match": f"W/{etag}"}):
        assert alice_calls.send(method, path, body, **condition).status_code == 412
    assert snapshot() == before
    assert alice_calls.send(method, path, body, If_None_Match='"other"').status_code == status


def test_a_change_by_another_in_between_stops_mine(client_for, change):
    method, path, body, _ = change
    alice, admin = client_for("alice"), client_for("admin")
    etag = alice.get(path).headers["ETag"]
    admin.put(SHARE, {"accessLevel": 0})
    admin.put(f"{HANDBOOK}/owner", {"username": "carol"})
    admin.patch(ACME, {"name": "Acme Ltd"})
    admin.put(ENGINEERING, {"name": "Makers"})
    User.objects.filter(username="carol").update(is_active=False)
    ApiKey.objects.filter(pk=OLD_KEY).update(name="renamed")
    before = snapshot()
    assert alice.send(method, path, body, If_Match=etag).status_code == 412
    assert snapshot() == before


def test_a_share_can_be_made_only_if_there_is_none(alice_calls):
    share = f"{SHARES}/frank"
    assert alice_calls.put(share, {"accessLevel": 1}, If_Match="*").status_code == 412
    assert alice_calls.put(share, {"accessLevel": 1}, If_None_Match="*").status_code == 200
    answer = alice_calls.put(share, {"accessLevel": 2}, If_None_Match="*")
    assert (answer.status_code, answer.json()) == (412, failed(share))
    assert alice_calls.get(share).json()["accessLevel"] == 1


def test_a_condition_counts_even_where_nothing_would_change(alice_calls):
    assert alice_calls.put(SHARE, {"accessLevel": 1}, If_Match='"other"').status_code == 412


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", f"{SHARES}/bob", None, 404),
        ("DELETE", f"{SHARES}/bob", None, 404),
        ("PUT", SHARE, {"accessLevel": "x"}, 422),
        ("PUT", "/api/libraries/no-such-library/shares/bob", {"accessLevel": 1}, 404),
    ],
)
def test_what_would_fail_anyway_fails_as_ever(alice_calls, method, path, body, status):
    """RFC 9110, section 13.2.1"""
    assert alice_calls.send(method, path, body, If_Match='"other"').status_code == status


def test_who_may_not_is_told_that_and_no_etag(client_for):
    answer = client_for("bob").put(SHARE, {"accessLevel": 2}, If_Match='"other"')
    assert (answer.status_code, "ETag" in answer.headers) == (403, False)


def test_a_key_that_cannot_read_can_still_change(client_for):
    writer = client_for("alice", Scope.LIBRARY_WRITE)
    etag = writer.put(SHARE, {"accessLevel": 2}).headers["ETag"]
    assert writer.delete(SHARE, If_Match=etag).status_code == 204
    assert not Share.objects.filter(organization__slug="acme").exists()
