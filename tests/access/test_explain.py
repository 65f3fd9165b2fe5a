"""access.explain: every share that reached a user and what it did, and the answer in one sentence."""

from __future__ import annotations

import pytest

from libraries.access.explain import Effect, explain
from libraries.models import OPERATOR, User
from libraries.people.teams import add_team_member
from libraries.rules.levels import Level
from tests.factories import give, in_days, let_time_pass, make_user


def effects(user, library):
    return {reason.share.principal_name: reason.effect for reason in explain(user, library).reasons}


def test_it_names_every_share_and_what_it_did_r1(bob, handbook):
    give(handbook, "bob", Level.READER)
    assert effects(bob, handbook) == {
        "bob": Effect.BELOW,
        "team:engineering": Effect.COUNTS,
        "org:acme": Effect.BELOW,
    }
    give(handbook, "bob", Level.EDITOR)
    assert effects(bob, handbook)["bob"] == Effect.COUNTS


def test_it_tells_who_was_shut_out_by_what_r2(dave, handbook):
    give(handbook, "everyone", Level.READER)
    assert effects(dave, handbook) == {
        "team:interns": Effect.SHUTS_OUT,
        "org:acme": Effect.SHUT_OUT,
        "everyone": Effect.SHUT_OUT,
    }
    give(handbook, "dave", Level.READER)
    assert effects(dave, handbook)["dave"] == Effect.COUNTS


def test_a_team_at_none_shuts_out_what_another_team_gives_r2(dave, engineering, handbook):
    add_team_member(team=engineering, user=dave, actor=OPERATOR)
    assert effects(dave, handbook)["team:engineering"] == Effect.SHUT_OUT


def test_a_share_that_is_over_is_named_and_does_nothing_r3(dave, erin, handbook):
    give(handbook, "erin", Level.EDITOR, expires_at=in_days(1))
    give(handbook, "team:interns", Level.NONE, expires_at=in_days(1))
    let_time_pass(days=1)
    assert effects(erin, handbook) == {"erin": Effect.EXPIRED}
    assert effects(dave, handbook) == {"team:interns": Effect.EXPIRED, "org:acme": Effect.COUNTS}


def test_what_does_not_reach_a_user_is_not_told(frank, handbook, lab_notes):
    assert effects(frank, handbook) == {}
    assert effects(frank, lab_notes) == {"team:research": Effect.COUNTS}


class TestVerdicts:
    def test_it_says_through_what(self, alice, bob, erin, press_kit, handbook):
        give(handbook, "bob", Level.EDITOR)
        assert [explain(user, library).verdict for user, library in ((bob, handbook), (erin, press_kit))] == [
            "bob is EDITOR on handbook, through their own share and team:engineering.",
            "erin is READER on press-kit, through everyone.",
        ]

    def test_it_says_what_shuts_out_r2(self, dave, handbook):
        assert explain(dave, handbook).verdict == "dave has no access to handbook: shut out by team:interns."
        give(handbook, "dave", Level.NONE)
        assert explain(dave, handbook).verdict == (
            "dave has no access to handbook: shut out by their own share and team:interns."
        )

    def test_it_says_that_there_is_none(self, frank, handbook):
        assert explain(frank, handbook).verdict == "frank has no access to handbook: no share reaches frank."

    def test_it_says_what_has_expired_r3(self, frank, handbook):
        give(handbook, "frank", Level.READER, expires_at=in_days(1))
        let_time_pass(days=2)
        assert explain(frank, handbook).verdict == (
            "frank has no access to handbook: what came through their own share has expired."
        )

    def test_it_says_who_administers_r10(self, alice, roadmap, handbook):
        assert explain(alice, roadmap).verdict == (
            "By shares alone alice has no access to roadmap: no share reaches alice; but administers acme."
        )
        assert explain(alice, handbook).verdict == (
            "alice is OWNER on handbook, through their own share; and administers acme."
        )

    def test_it_says_who_is_a_superuser_r10(self, admin_user, handbook):
        assert explain(admin_user, handbook).verdict == (
            "By shares alone admin has no access to handbook: no share reaches admin; "
            "but a superuser may do everything that the rules leave open."
        )

    @pytest.mark.parametrize("flags", [{}, {"is_superuser": True}])
    def test_it_says_who_is_inactive(self, acme, handbook, flags):
        user = make_user("retired", member_of=acme, is_active=False, **flags)
        explanation = explain(user, handbook)
        assert explanation.verdict == "retired is inactive, so may do nothing."
        assert (explanation.level, explanation.access.actions) == (Level.NONE, frozenset())


def test_an_administrators_power_is_no_part_of_the_level_r10(alice, roadmap):
    assert explain(alice, roadmap).level == Level.NONE


def test_a_retired_administrator_has_no_power_left_r10(alice, roadmap):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    alice.refresh_from_db()
    assert explain(alice, roadmap).access.actions == frozenset()
