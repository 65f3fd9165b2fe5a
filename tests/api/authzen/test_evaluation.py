"""POST /access/v1/evaluation"""

from __future__ import annotations

import pytest

from libraries.models import Scope
from libraries.people.administrators import set_check_access
from libraries.rules.levels import Level
from tests.api.authzen.calls import EVALUATION, MAY_NOT_ASK, NO_LIBRARY, answer, asked, refusal
from tests.factories import give, in_days, let_time_pass

IN_ENGINEERING = {
    "reason": "bob is EDITOR on handbook, through team:engineering.",
    "shares": [{"principal": "team:engineering", "level": "EDITOR"}],
}


def test_it_decides_and_says_why(client_for):
    alice = client_for("alice")
    assert answer(alice, EVALUATION, asked("bob", "write", "handbook")) == {"decision": True, "context": IN_ENGINEERING}
    assert answer(alice, EVALUATION, asked("bob", "share", "handbook")) == {
        "decision": False,
        "context": IN_ENGINEERING,
    }


def test_it_says_who_is_shut_out_by_what_r2(client_for):
    assert answer(client_for("alice"), EVALUATION, asked("dave", "read", "handbook")) == {
        "decision": False,
        "context": {
            "reason": "dave has no access to handbook: shut out by team:interns.",
            "shares": [{"principal": "team:interns", "level": "NONE"}],
        },
    }


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("read", ["alice", "bob", "carol"]),
        ("write", ["alice", "bob", "carol"]),
        ("share", ["alice"]),
        ("delete", ["alice"]),
    ],
)
def test_each_action_is_what_the_level_allows_r4(client_for, action, allowed):
    alice = client_for("alice")
    people = ["alice", "bob", "carol", "dave", "erin", "frank"]
    decisions = {who: answer(alice, EVALUATION, asked(who, action, "handbook"))["decision"] for who in people}
    assert [who for who in people if decisions[who]] == allowed


@pytest.mark.parametrize(
    ("kind", "name", "action", "decision"),
    [
        ("team", "acme/engineering", "write", True),
        ("team", "acme/engineering", "share", False),
        ("team", "acme/data-science", "read", True),
        ("team", "acme/data-science", "write", False),
        ("team", "acme/interns", "read", False),
        ("organization", "acme", "read", True),
        ("organization", "acme", "write", False),
        ("organization", "globex", "read", False),
    ],
)
def test_a_team_or_an_organization_is_what_a_member_of_nothing_else_is_r1_r2(client_for, kind, name, action, decision):
    body = asked(name, action, "handbook", kind)
    assert answer(client_for("alice"), EVALUATION, body)["decision"] is decision


def test_users_teams_and_organizations_go_by_uuid_too_and_users_by_email(client_for, bob, engineering, acme):
    alice = client_for("alice")
    for name in (str(bob.pk), "bob@acme.example", "BOB@ACME.EXAMPLE"):
        assert answer(alice, EVALUATION, asked(name, "write", "handbook"))["decision"]
    assert answer(alice, EVALUATION, asked(str(engineering.pk), "write", "handbook", "team"))["decision"]
    assert answer(alice, EVALUATION, asked(str(acme.pk), "read", "handbook", "organization"))["decision"]


def test_a_library_goes_by_each_of_its_names(client_for, handbook):
    for name in ("handbook", str(handbook.pk), handbook.object_id):
        body = asked("bob", "write", name)
        assert answer(client_for("alice"), EVALUATION, body) == {"decision": True, "context": IN_ENGINEERING}


def test_an_unknown_subject_is_decided_against_just_as_a_stranger_is(client_for):
    alice = client_for("alice")
    for name in ("nobody", "frank"):
        reason = f"{name} has no access to handbook: no share reaches {name}."
        body = asked(name, "read", "handbook")
        assert answer(alice, EVALUATION, body) == {"decision": False, "context": {"reason": reason, "shares": []}}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"subject": {"type": "robot", "id": "r2"}},
            "There is no subject type “robot”, only user, team, organization.",
        ),
        ({"action": {"name": "fly"}}, "There is no action “fly”, only read, write, share, delete."),
        ({"resource": {"type": "record", "id": "1"}}, "There is no resource type “record”, only library."),
        ({"resource": {"type": "library", "id": "nothing"}}, "There is no such library."),
    ],
)
def test_an_unknown_type_action_or_library_is_a_decision_against_and_no_error(client_for, change, reason):
    body = {**asked("bob", "read", "handbook"), **change}
    against = {"decision": False, "context": {"reason": reason, "shares": []}}
    assert answer(client_for("bob"), EVALUATION, body) == against


def test_a_revocation_holds_on_the_very_next_request(client_for, bob, roadmap):
    bob = client_for("bob")
    body = asked("carol", "write", "roadmap")
    alice = client_for("alice")
    assert answer(alice, EVALUATION, body)["decision"]
    assert bob.delete("/api/libraries/roadmap/shares/carol").status_code == 204
    assert not answer(alice, EVALUATION, body)["decision"]


def test_an_expired_share_counts_for_nothing_r3(client_for, handbook):
    give(handbook, "frank", Level.EDITOR, expires_at=in_days(1))
    alice, body = client_for("alice"), asked("frank", "write", "handbook")
    assert answer(alice, EVALUATION, body)["decision"]
    let_time_pass(days=1)
    assert not answer(client_for("alice"), EVALUATION, body)["decision"]


class TestWhoMayAsk:
    def test_everybody_about_themselves(self, client_for):
        assert answer(client_for("bob"), EVALUATION, asked("bob@acme.example", "write", "handbook"))["decision"]

    def test_what_one_may_not_see_looks_like_what_does_not_exist_r9(self, client_for):
        """dave is shut out of the handbook, which he must not learn."""
        dave = client_for("dave")
        for library in ("handbook", "lab-notes", "nothing"):
            assert answer(dave, EVALUATION, asked("dave", "read", library)) == NO_LIBRARY

    def test_about_others_a_service_account_that_was_given_it_r10(self, client_for, alice, carol, acme):
        service, body = client_for("carol", Scope.ACCESS_CHECK), asked("bob", "write", "handbook")
        assert refusal(service, EVALUATION, body) == (403, MAY_NOT_ASK)
        set_check_access(organization=acme, user=carol, allowed=True, actor=alice)
        assert answer(service, EVALUATION, body) == {"decision": True, "context": IN_ENGINEERING}
        set_check_access(organization=acme, user=carol, allowed=False, actor=alice)
        assert refusal(service, EVALUATION, body) == (403, MAY_NOT_ASK)

    def test_about_others_nobody_else_whether_or_not_the_library_exists_r9_r10(self, client_for):
        for asker, libraries in (("bob", ["handbook", "press-kit", "nothing"]), ("alice", ["lab-notes", "nothing"])):
            client = client_for(asker)
            for library in libraries:
                for who, kind in (
                    ("carol", "user"),
                    ("nobody", "user"),
                    ("acme/engineering", "team"),
                    ("acme", "organization"),
                ):
                    assert refusal(client, EVALUATION, asked(who, "read", library, kind)) == (403, MAY_NOT_ASK)

    def test_a_superuser_about_everybody(self, client_for):
        admin = client_for("admin")
        assert answer(admin, EVALUATION, asked("erin", "delete", "lab-notes"))["decision"]
        assert answer(admin, EVALUATION, asked("erin", "delete", "nothing")) == NO_LIBRARY

    def test_only_with_a_key_that_carries_the_scope(self, client_for):
        others = [scope for scope in Scope if scope != Scope.ACCESS_CHECK]
        assert refusal(client_for("alice", *others), EVALUATION, asked("bob", "read", "handbook")) == (
            403,
            "The key lacks the scope access:check.",
        )
        assert answer(client_for("alice", Scope.ACCESS_CHECK), EVALUATION, asked("bob", "read", "handbook"))["decision"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "subject: This field is required. action: This field is required. resource: This field is required."),
        ({**asked("bob", "read", "handbook"), "subject": {"id": "bob"}}, "subject.type: This field is required."),
        ({**asked("bob", "read", "handbook"), "subject": None}, "subject: This field may not be null."),
        ({**asked("bob", "read", "handbook"), "action": {"name": ""}}, "action.name: This field may not be blank."),
        ({**asked("bob", "read", "handbook"), "action": {"name": 1}}, "action.name: Not a valid string."),
        (
            {**asked("bob", "read", "handbook"), "context": "now"},
            'context: Expected a dictionary of items but got type "str".',
        ),
        ({**asked("b" * 257, "read", "handbook")}, "subject.id: Ensure this field has no more than 256 characters."),
        ([], "Invalid data. Expected a dictionary, but got list."),
        ("bob", "Invalid data. Expected a dictionary, but got str."),
    ],
)
def test_a_body_that_is_not_valid_is_400_with_a_message(client_for, body, message):
    assert refusal(client_for("alice"), EVALUATION, body) == (400, message)


def test_what_the_service_does_not_know_is_ignored(client_for):
    body = asked("bob", "write", "handbook")
    for entity in ("subject", "action", "resource"):
        body[entity] |= {"properties": {"a": [1]}, "future": True}
    body |= {"context": {"time": "2026-01-11T00:00:00Z"}, "future": {"nested": None}, "options": 7}
    assert answer(client_for("alice"), EVALUATION, body) == {"decision": True, "context": IN_ENGINEERING}
