"""subjects: the names of users, teams and organizations."""

from __future__ import annotations

import pytest

from libraries.access.subjects import SubjectName, find_subjects, name_of
from libraries.models import Team
from libraries.people.teams import create_team
from libraries.principals import Principal
from libraries.rules.levels import Kind
from tests.factories import make_user

USER, TEAM, ORGANIZATION = Kind.USER, Kind.TEAM, Kind.ORGANIZATION


def find(kind: Kind, text: str) -> object:
    """The one that the text names; None where it names nobody."""
    name = SubjectName(kind, text)
    found = find_subjects([name]).get(name)
    assert found is None or found.kind == kind
    return found and found.instance


def test_a_user_is_found_by_username_uuid_and_email(bob):
    for text in ("bob", str(bob.pk), str(bob.pk).upper(), bob.pk.hex, "bob@acme.example", "BOB@Acme.example"):
        assert find(USER, text) == bob


def test_a_team_is_found_by_its_organization_and_slug_and_by_uuid(engineering):
    for text in ("acme/engineering", str(engineering.pk)):
        assert find(TEAM, text) == engineering


def test_an_organization_is_found_by_slug_and_uuid(acme):
    for text in ("acme", str(acme.pk)):
        assert find(ORGANIZATION, text) == acme


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (USER, ""),
        (USER, "BOB"),
        (USER, "team:engineering"),
        (USER, "bob\0"),
        (USER, "\ud800"),
        (USER, "engineering@acme.example"),
        (TEAM, "engineering"),
        (TEAM, "globex/engineering"),
        (TEAM, "acme/engineering/"),
        (TEAM, "acme/research"),
        (TEAM, "engineering@acme.example"),
        (TEAM, "/"),
        (ORGANIZATION, "org:acme"),
        (ORGANIZATION, "acme/engineering"),
        (ORGANIZATION, "00000000-0000-0000-0000-000000000000"),
    ],
)
def test_other_texts_name_nobody(world, kind, text):
    make_user("no-address")
    assert find(kind, text) is None


def test_the_key_of_one_kind_names_nothing_of_another(bob, acme, engineering):
    assert find(TEAM, str(bob.pk)) is find(USER, str(acme.pk)) is find(ORGANIZATION, str(engineering.pk)) is None


def test_a_name_counts_before_a_uuid_and_that_before_an_email(bob, carol, acme):
    """Searches answer names, and what they answer must be found again."""
    named_like_an_email = make_user("bob@acme.example")
    named_like_a_uuid = make_user(str(carol.pk))
    assert find(USER, "bob@acme.example") == named_like_an_email
    assert find(USER, "Bob@acme.example") == bob
    assert find(USER, str(carol.pk)) == named_like_a_uuid
    assert find(USER, carol.pk.hex) == carol


def test_many_are_found_in_one_query_for_each_kind(bob, acme, engineering, django_assert_num_queries):
    known = [SubjectName(USER, "bob"), SubjectName(TEAM, "acme/engineering"), SubjectName(ORGANIZATION, "acme")]
    for number in range(300):
        create_team(
            organization=acme, slug=f"team-{number}", name="x", actor=make_user(f"u{number}", is_superuser=True)
        )
    others = [
        name
        for number in range(300)
        for name in (SubjectName(USER, f"u{number}"), SubjectName(TEAM, f"acme/team-{number}"))
    ]
    with django_assert_num_queries(3):
        found = find_subjects([*known, *others, SubjectName(USER, "nobody")])
    assert len(found) == 603
    assert [found[name] for name in known] == [
        Principal(USER, bob),
        Principal(TEAM, engineering),
        Principal(ORGANIZATION, acme),
    ]


def test_the_name_that_is_answered_is_found_again(bob, acme, engineering):
    for kind, subject in ((USER, bob), (TEAM, engineering), (ORGANIZATION, acme)):
        assert find(kind, name_of(subject)) == subject
    for team in Team.objects.select_related("organization"):
        assert find(TEAM, name_of(team)) == team
