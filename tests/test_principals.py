"""principals: how they are named, found and kept inside (R8)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libraries.errors import UnknownPrincipal
from libraries.models import OPERATOR, Organization, Share, SharingScope, Team, User
from libraries.principals import Principal, named, principal_of, with_email, with_id
from libraries.rules.levels import Kind, Level
from tests.factories import give, make_user
from tests.proofs import rounds

NAMES = ["alice", "team:engineering", "org:acme", "everyone"]


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("alice", Kind.USER, "alice"),
        ("team:engineering", Kind.TEAM, "engineering"),
        ("org:acme", Kind.ORGANIZATION, "acme"),
        ("everyone", Kind.EVERYONE, None),
        ("Everyone", Kind.USER, "Everyone"),
        ("TEAM:engineering", Kind.USER, "TEAM:engineering"),
        ("team:", Kind.TEAM, ""),
        ("org:team:x", Kind.ORGANIZATION, "team:x"),
        ("", Kind.USER, ""),
    ],
)
def test_a_name_says_its_kind(name, kind, value):
    reference = named(name)
    assert (reference.kind, reference.value, reference.text) == (kind, value, name)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_found_by_its_own_name_and_id_and_named_alike_again(handbook, name):
    found = named(name).resolve(handbook)
    assert found.reference.resolve(handbook) == found
    assert found.reference.text == name
    if found.instance:
        assert with_id(found.kind, found.instance.pk).resolve(handbook) == found


@pytest.mark.parametrize("name", NAMES)
def test_its_share_is_found_with_it_in_one_query(handbook, name, django_assert_num_queries):
    if name != "alice":
        give(handbook, name, Level.READER)
    with django_assert_num_queries(1):
        share = named(name).share_of(handbook)
        assert share
        assert (share.principal_name, share.admissible) == (name, True)
        assert principal_of(share).reference.text == name


def test_it_is_found_in_one_query(handbook, django_assert_num_queries):
    for name, queries in (("erin", 1), ("team:engineering", 1), ("org:globex", 1), ("everyone", 0), ("nobody", 1)):
        with django_assert_num_queries(queries):
            try:
                named(name).resolve(handbook)
            except UnknownPrincipal:
                assert name == "nobody"


class TestEmails:
    def test_they_match_whatever_their_case(self, erin, engineering, handbook):
        assert with_email(Kind.USER, "Erin@GLOBEX.example").resolve(handbook).instance == erin
        assert with_email(Kind.TEAM, "ENGINEERING@acme.example").resolve(handbook).instance == engineering

    def test_a_users_is_not_a_teams(self, handbook):
        for kind, email in ((Kind.TEAM, "erin@globex.example"), (Kind.USER, "engineering@acme.example")):
            with pytest.raises(UnknownPrincipal):
                with_email(kind, email).resolve(handbook)

    def test_an_empty_one_is_nobodys(self, acme, handbook):
        quiet = make_user("quiet", member_of=acme)
        give(handbook, "quiet", Level.READER)
        give(handbook, "team:interns", Level.READER)
        for kind in (Kind.USER, Kind.TEAM):
            assert with_email(kind, "").share_of(handbook) is None
            with pytest.raises(UnknownPrincipal):
                with_email(kind, "").resolve(handbook)
        assert not with_email(Kind.USER, "").names(quiet)


class TestInside:
    """Who is admitted, by the organization's scope."""

    ADMITTED = {
        SharingScope.ORGANIZATION: {"alice", "bob", "team:engineering", "org:acme"},
        SharingScope.ANYONE: {"alice", "bob", "erin", "team:engineering", "org:acme", "org:globex", "everyone"},
    }
    EVERYBODY = ["alice", "bob", "erin", "team:engineering", "team:research", "org:acme", "org:globex", "everyone"]

    @pytest.mark.parametrize("scope", SharingScope)
    def test_the_scope_decides_r8(self, acme, handbook, scope):
        acme.sharing_scope = handbook.organization.sharing_scope = scope
        acme.save()
        admitted = set()
        for name in self.EVERYBODY:
            try:
                named(name).resolve(handbook)
                admitted.add(name)
            except UnknownPrincipal as refusal:
                assert str(refusal) == f"No user, team or organization “{name}” can be given access to this library."
        assert admitted == self.ADMITTED[scope]

    @pytest.mark.parametrize("scope", SharingScope)
    def test_an_inactive_user_is_nowhere_r8(self, acme, bob, handbook, scope):
        handbook.organization.sharing_scope = scope
        User.objects.filter(pk=bob.pk).update(is_active=False)
        for reference in (named("bob"), with_email(Kind.USER, bob.email), with_id(Kind.USER, bob.pk)):
            with pytest.raises(UnknownPrincipal):
                reference.resolve(handbook)

    def test_a_team_of_the_same_slug_elsewhere_is_another_r8(self, globex, engineering, handbook, lab_notes):
        other = Team.objects.create(organization=globex, slug="engineering", name="x")
        assert named("team:engineering").resolve(handbook).instance == engineering
        assert named("team:engineering").resolve(lab_notes).instance == other
        with pytest.raises(UnknownPrincipal):
            with_id(Kind.TEAM, other.pk).resolve(handbook)

    def test_a_share_says_whether_its_principal_would_be_admitted_today_r8(self, acme, bob, handbook):
        give(handbook, "bob", Level.READER)
        give(handbook, "erin", Level.READER)
        give(handbook, "everyone", Level.READER)
        acme.sharing_scope = handbook.organization.sharing_scope = SharingScope.ORGANIZATION
        acme.save()
        shares = {name: named(name).share_of(handbook) for name in ("bob", "erin", "everyone", "org:acme")}
        assert {name for name, share in shares.items() if share and share.admissible} == {"bob", "org:acme"}
        assert all(shares.values())


def test_it_knows_whether_it_names_one_very_user(alice, bob):
    for reference in (named("alice"), with_email(Kind.USER, "ALICE@acme.example"), with_id(Kind.USER, alice.pk)):
        assert reference.names(alice)
        assert not reference.names(bob)
        assert not reference.names(OPERATOR)
    for name in ("team:alice", "org:alice", "everyone", ""):
        assert not named(name).names(alice)
    assert not named("").names(OPERATOR)


@settings(max_examples=rounds(quick=10, proving=300), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=[]), max_size=20))
def test_any_text_can_be_asked_for_and_most_is_nobody_r8(handbook, text):
    for name in (text, f"team:{text}", f"org:{text}"):
        if name not in ("alice", "everyone"):
            assert named(name).share_of(handbook) is None
        with pytest.raises(UnknownPrincipal):
            with_email(Kind.USER, text).resolve(handbook)


def test_the_columns_of_a_share_name_it(alice, handbook):
    assert Principal(Kind.USER, alice).columns == {"kind": Kind.USER, "user": alice}
    assert Principal(Kind.EVERYONE).columns == {"kind": Kind.EVERYONE}
    assert Share(library=handbook, **Principal(Kind.EVERYONE).columns).principal_name == "everyone"
    assert Organization(slug="x").principal_name == "org:x"
