"""POST /api/libraries/{id}/shares"""

import json
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from libraries.api.hal.serializers.shares import MOST_AT_ONCE
from libraries.models import Event, Library, Scope
from libraries.models.shares import NOTE_LENGTH
from tests.api.hal.calls import SHARES, snapshot
from tests.api.hal.documents import no_such_library, problem, share_of
from tests.factories import make_user

END = datetime(2090, 1, 1, tzinfo=UTC)
CLIMBING = "Only an owner may give, change or take away ownership. An administrator transfers the library instead."
FIXED = "Owners cannot change or remove their own access. Transfer the library instead."
UNKNOWN = "No user, team or organization “{}” can be given access to this library."


@pytest.fixture
def editors_share(handbook):
    Library.objects.filter(pk=handbook.pk).update(editors_can_share=True)


def share(principal, level, **more):
    return {"principalId": principal, "accessLevel": level, **more}


def result(principal, before, after):
    return {"principalId": principal, "from": before, "to": after}


def refused(status, number, *errors):
    """`errors`: index, field and sentence of each."""
    detail = f"Nothing was changed: {len(errors)} of {number} shares were refused."
    listed = [
        {"index": index, "pointer": f"#/shares/{index}/{field}", "detail": sentence}
        for index, field, sentence in errors
    ]
    return problem(status, detail, SHARES, code="shares_refused", errors=listed)


def test_it_gives_changes_and_takes_away_and_says_from_what_to_what(client_for, alice, handbook):
    body = {
        "shares": [
            share("erin", 2, expiresAt="2090-01-01T00:00:00Z", note="for the audit"),
            share("team:engineering", 1),
            share("org:acme", None),
            share("team:interns", 0),
            share("frank", None),
        ]
    }
    answer = client_for("alice").post(SHARES, body)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/hal+json")
    assert answer.json() == {
        "changed": 3,
        "unchanged": 2,
        "results": [
            result("erin", None, 2),
            result("team:engineering", 2, 1),
            result("org:acme", 1, None),
            result("team:interns", 0, 0),
            result("frank", None, None),
        ],
    }
    made = share_of(handbook, "erin")
    assert (made.level, made.expires_at, made.note) == (2, END, "for the audit")
    assert made.granted_by == alice


def test_it_holds_on_the_very_next_request(client_for):
    alice, frank, bob = client_for("alice"), client_for("frank"), client_for("bob")
    alice.post(SHARES, {"shares": [share("frank", 1), share("team:engineering", None), share("bob", 0)]})
    assert frank.get("/api/libraries/handbook").json()["accessLevel"] == 1
    assert bob.get("/api/libraries/handbook").status_code == 404


def test_sent_again_it_changes_nothing_and_records_nothing(client_for):
    """R11"""
    alice = client_for("alice")
    body = {"shares": [share("erin", 2, note="x"), share("org:acme", None)]}
    alice.post(SHARES, body)
    before = snapshot()
    answer = alice.post(SHARES, body).json()
    assert answer == {"changed": 0, "unchanged": 2, "results": [result("erin", 2, 2), result("org:acme", None, None)]}
    assert snapshot() == before


def test_what_is_left_out_stays_as_it_is(client_for, handbook):
    alice = client_for("alice")
    alice.post(SHARES, {"shares": [share("erin", 1, expiresAt="2090-01-01T00:00:00Z", note="The audit")]})
    alice.post(SHARES, {"shares": [share("erin", 2)]})
    made = share_of(handbook, "erin")
    assert (made.level, made.expires_at, made.note) == (2, END, "The audit")
    alice.post(SHARES, {"shares": [share("erin", 2, expiresAt=None, note="")]})
    made = share_of(handbook, "erin")
    assert (made.level, made.expires_at, made.note) == (2, None, "")


def test_each_change_is_an_event_of_this_call(client_for):
    """R11"""
    body = {"shares": [share("erin", 2), share("org:acme", None)]}
    client_for("alice").post(SHARES, body, X_Request_ID="all-at-once")
    second, first = Event.objects.all()[:2]
    assert {(event.actor, event.via, event.request_id) for event in (first, second)} == {
        ("alice", "hal", "all-at-once")
    }
    assert [(event.action, event.principal, event.from_level, event.to_level) for event in (first, second)] == [
        ("share.created", "erin", None, 2),
        ("share.revoked", "org:acme", 1, None),
    ]


def test_a_dry_run_answers_what_the_real_run_would_and_changes_nothing(client_for):
    alice = client_for("alice")
    body = {"shares": [share("erin", 2), share("org:acme", None), share("team:interns", 0)]}
    before = snapshot()
    foretold = alice.post(SHARES, {**body, "dryRun": True})
    assert snapshot() == before
    done = alice.post(SHARES, {**body, "dryRun": False})
    assert (foretold.status_code, foretold.json()) == (done.status_code, done.json())
    assert snapshot() != before


def test_a_dry_run_refuses_what_the_real_run_would(client_for):
    alice = client_for("alice")
    body = {"shares": [share("erin", 2), share("nobody", 1)]}
    foretold, done = (alice.post(SHARES, {**body, "dryRun": dry}) for dry in (True, False))
    expected = refused(422, 2, (1, "principalId", UNKNOWN.format("nobody")))
    assert (foretold.status_code, foretold.json()) == (done.status_code, done.json()) == (422, expected)


def test_one_refusal_refuses_all_and_all_are_named(client_for):
    """R3, R6, R8"""
    alice = client_for("alice")
    before = snapshot()
    body = {
        "shares": [
            share("erin", 2),
            share("nobody", 1),
            share("alice", 1),
            share("team:engineering", 3),
            share("frank", 1, expiresAt="2020-01-01T00:00:00Z"),
            share("erin", None),
        ]
    }
    answer = alice.post(SHARES, body)
    assert (answer.status_code, answer.json()) == (
        422,
        refused(
            422,
            6,
            (1, "principalId", UNKNOWN.format("nobody")),
            (2, "principalId", FIXED),
            (3, "accessLevel", "Only a user can be an owner."),
            (4, "expiresAt", "The expiry date is in the past."),
            (5, "principalId", "“erin” is listed more than once."),
        ),
    )
    assert snapshot() == before


def test_what_is_forbidden_is_forbidden_when_nothing_else_is_wrong(client_for, editors_share):
    """R5, R6"""
    alice, bob = client_for("alice"), client_for("bob")
    before = snapshot()
    for client, shares, errors in (
        (
            bob,
            [share("frank", 3), share("carol", 1), share("alice", None)],
            [(0, "accessLevel", CLIMBING), (2, "accessLevel", CLIMBING)],
        ),
        (alice, [share("frank", 1), share("alice", None)], [(1, "principalId", FIXED)]),
    ):
        answer = client.post(SHARES, {"shares": shares})
        assert (answer.status_code, answer.json()) == (403, refused(403, len(shares), *errors))
        answer = client.post(SHARES, {"shares": [*shares, share("nobody", 1)]})
        unknown = (len(shares), "principalId", UNKNOWN.format("nobody"))
        assert (answer.status_code, answer.json()) == (422, refused(422, len(shares) + 1, *errors, unknown))
    assert snapshot() == before
    assert bob.post(SHARES, {"shares": [share("frank", 2), share("carol", 1)]}).json()["changed"] == 2


LEVEL = "Must be one of 0 (NONE), 1 (READER), 2 (EDITOR), 3 (OWNER)."


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [{"pointer": "#/shares", "detail": "This field is required."}]),
        ({"shares": None}, [{"pointer": "#/shares", "detail": "This field may not be null."}]),
        ({"shares": {}}, [{"pointer": "#/shares", "detail": 'Expected a list of items but got type "dict".'}]),
        ({"shares": [], "dryRun": 1}, [{"pointer": "#/dryRun", "detail": "Must be a valid boolean."}]),
        ({"shares": [], "sure": True}, [{"pointer": "#/sure", "detail": "There is no such field."}]),
        (
            {"shares": [share("bob", 1), share("bob", 9), {"accessLevel": "1"}, 5]},
            [
                {"index": 1, "pointer": "#/shares/1/accessLevel", "detail": LEVEL},
                {"index": 2, "pointer": "#/shares/2/accessLevel", "detail": "A valid integer is required."},
                {"index": 2, "pointer": "#/shares/2/principalId", "detail": "This field is required."},
                {"index": 3, "pointer": "#/shares/3", "detail": "Must be a JSON object."},
            ],
        ),
        (
            {"shares": [share("bob", 1), share("bob\x00", 1)]},
            [{"index": 1, "pointer": "#/shares/1/principalId", "detail": "Contains NUL or half of a surrogate pair."}],
        ),
        (
            {"shares": {"a": "\x00"}},
            [{"pointer": "#/shares/a", "detail": "Contains NUL or half of a surrogate pair."}],
        ),
        (
            {"shares": [share("bob", 1)] * (MOST_AT_ONCE + 1)},
            [{"pointer": "#/shares", "detail": "At most 1000 at once."}],
        ),
    ],
)
def test_a_body_that_is_not_valid_is_refused_with_every_place(client_for, body, errors):
    alice = client_for("alice")
    before = snapshot()
    answer = alice.post(SHARES, body)
    expected = problem(422, "The request is not valid.", SHARES, errors=errors)
    assert (answer.status_code, answer.json()) == (422, expected)
    assert snapshot() == before


def test_none_at_all_are_done_at_once(client_for):
    alice = client_for("alice")
    before = snapshot()
    answer = alice.post(SHARES, {"shares": []})
    assert (answer.status_code, answer.json()) == (200, {"changed": 0, "unchanged": 0, "results": []})
    assert snapshot() == before


def test_as_many_as_may_be_fit_into_a_body(client_for, acme):
    names = [make_user(f"member-{number:0>140}", member_of=acme).username for number in range(3)]
    longest = share(names[0], 1, expiresAt="2090-01-01T00:00:00.000000+00:00", note="x" * NOTE_LENGTH)
    assert len(json.dumps({"shares": [longest] * MOST_AT_ONCE, "dryRun": False})) < settings.MAX_BODY_BYTES
    shares = [share(name, 1) for name in names] + [
        share(f"nobody-{number}", None) for number in range(MOST_AT_ONCE - len(names))
    ]
    answer = client_for("alice").post(SHARES, {"shares": shares})
    assert (answer.status_code, answer.json()["changed"], answer.json()["unchanged"]) == (200, 3, 997)


@pytest.mark.parametrize("body", [{"shares": [share("frank", 1)]}, {"shares": [share("bob", None)]}, {"shares": "x"}])
def test_one_who_may_not_share_is_told_so_before_anything_else(client_for, body):
    """R4; who wants to leave sends a DELETE (R7)."""
    answer = client_for("bob").post(SHARES, body)
    detail = "You may not share this library. Ask an owner of it."
    assert (answer.status_code, answer.json()) == (
        403,
        problem(403, detail, SHARES, code="action_not_allowed", rule="R4"),
    )


@pytest.mark.parametrize("username", ["dave", "frank"])
@pytest.mark.parametrize("library", ["handbook", "no-such-library"])
def test_to_others_there_is_no_such_library(client_for, username, library):
    path = f"/api/libraries/{library}/shares"
    answer = client_for(username).post(path, {"shares": "x"})
    assert (answer.status_code, answer.json()) == (404, no_such_library(path))


def test_a_key_that_only_reads_changes_nothing(client_for):
    body = {"shares": [share("frank", 1)]}
    assert client_for("alice", Scope.LIBRARY_READ).post(SHARES, body).status_code == 403
    assert client_for("alice", Scope.LIBRARY_WRITE).post(SHARES, body).status_code == 200


def test_it_costs_the_same_for_three_and_for_three_hundred(client_for, acme):
    names = [make_user(f"member-{number}", member_of=acme).username for number in range(300)]
    client = client_for("alice")

    def cost(shares):
        with transaction.atomic():
            with CaptureQueriesContext(connection) as captured:
                assert client.post(SHARES, {"shares": shares}).json()["changed"] == len(shares)
            transaction.set_rollback(True)
        return len(captured)

    others = [
        share("team:data-science", 1),
        share("everyone", 1),
        share("org:acme", None),
        share("team:engineering", 1),
    ]
    few, crowd = ([*others, *(share(name, 1) for name in names[:number])] for number in (3, 300))
    assert cost(few) == cost(crowd) <= 26
