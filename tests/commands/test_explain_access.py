"""manage.py explain_access USER LIBRARY [--json]"""

import pytest

from tests.commands.conftest import ODD_TEXTS
from tests.factories import make_user


def test_it_says_what_and_why_r2(run):
    assert run("explain_access", "dave", "handbook").out == (
        "dave has no access to handbook: shut out by team:interns.\n"
        "  team:interns             NONE    shuts-out\n"
        "  org:acme                 READER  shut-out\n"
    )


def test_it_prints_json_for_programs_r1(run, handbook):
    assert run("explain_access", "bob", "handbook", "--json").document == {
        "username": "bob",
        "libraryId": str(handbook.pk),
        "accessLevel": 2,
        "actions": ["change_library", "view_library", "view_shares"],
        "verdict": "bob is EDITOR on handbook, through team:engineering.",
        "reasons": [
            {"principalId": "team:engineering", "accessLevel": 2, "effect": "counts"},
            {"principalId": "org:acme", "accessLevel": 1, "effect": "below"},
        ],
    }


def test_it_answers_for_who_has_nothing_to_do_with_it(run, world):
    make_user("loner", is_active=False)
    assert run("explain_access", "erin", "handbook").out == "erin has no access to handbook: no share reaches erin.\n"
    assert run("explain_access", "loner", "handbook").out == "loner is inactive, so may do nothing.\n"


def test_who_and_what_it_does_not_know_it_names(refusal_of):
    assert refusal_of("explain_access", "nobody", "handbook") == "There is no user “nobody”."
    assert refusal_of("explain_access", "alice", "nothing").startswith("There is no library “nothing”.")


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_odd_arguments_are_refused_one_by_one(refusal_of, odd):
    refusal_of("explain_access", "--", odd, "handbook")
    refusal_of("explain_access", "--", "alice", odd)
