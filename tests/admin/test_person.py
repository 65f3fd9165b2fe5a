"""A person's page: what they reach and why, where they are, their keys and actions. A team's page: what it reaches."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from libraries.models import OPERATOR, Library, Share, User
from libraries.people.keys import create_api_key
from libraries.rules.levels import Level
from libraries.sharing import grants
from tests.factories import give, in_days, let_time_pass


def page(person):
    return f"/admin/libraries/user/{person.pk}/change/"


def reached(response):
    return [
        (
            row.explanation.library.natural_id,
            row.explanation.level.name,
            [reason.share.principal_name for reason in row.through],
            [reason.share.principal_name for reason in row.besides],
        )
        for row in response.context["reached"]
    ]


def test_it_tells_what_they_reach_and_by_what(console, carol, handbook):
    give(handbook, "carol", Level.READER)

    assert reached(console.get(page(carol))) == [
        ("handbook", "EDITOR", ["team:engineering"], ["carol", "org:acme"]),
        ("press-kit", "READER", ["everyone"], []),
        ("roadmap", "EDITOR", ["carol"], ["team:data-science"]),
    ]


def test_what_is_reached_by_power_alone_says_so_r10(console, alice):
    response = console.get(page(alice))

    assert ("roadmap", "NONE", [], []) in reached(response)
    assert b"No share: by the power alone (R10)" in response.content


def test_it_tells_where_they_are_and_what_they_did(console, alice, carol):
    create_api_key(user=carol, name="laptop", actor=OPERATOR)

    response = console.get(page(carol))

    [membership] = response.context["memberships"]
    assert (membership.organization.slug, [team.slug for team in membership.teams]) == (
        "acme",
        ["data-science", "engineering"],
    )
    assert not membership.administers
    assert [key.name for key in response.context["keys"]] == ["laptop"]
    assert b"They have changed nothing yet." in response.content
    [membership] = console.get(page(alice)).context["memberships"]
    assert membership.administers
    assert {line.actor for line in console.get(page(alice)).context["actions"]} == {"alice"}


def test_an_administrator_sees_of_a_member_what_is_in_their_organization_r10(console_of, alice, bob, globex, lab_notes):
    bob.groups.add(globex.group_id)
    give(lab_notes, "bob", Level.EDITOR)
    create_api_key(user=bob, name="laptop", actor=OPERATOR)

    response = console_of(alice).get(page(bob))

    assert [library for library, *_ in reached(response)] == ["handbook", "press-kit", "roadmap"]
    assert [membership.organization.slug for membership in response.context["memberships"]] == ["acme"]
    assert list(response.context["keys"]) == []
    assert b"lab-notes" not in response.content


def test_an_inactive_person_is_said_to_be_so(console, bob):
    User.objects.filter(pk=bob.pk).update(is_active=False)

    response = console.get(page(bob))

    assert reached(response) == []
    assert b"This account is inactive, so it may do nothing." in response.content


def test_a_team_or_an_organization_tells_what_is_shared_with_it(console, engineering, acme, handbook, roadmap):
    give(roadmap, "team:engineering", Level.READER, expires_at=in_days(1))
    let_time_pass(days=2)

    shares = console.get(f"/admin/libraries/team/{engineering.pk}/change/").context["shares"]
    assert [(share.library.natural_id, share.level, share.is_expired) for share in shares] == [
        ("handbook", Level.EDITOR, False),
        ("roadmap", Level.READER, True),
    ]
    shares = console.get(f"/admin/libraries/organization/{acme.pk}/change/").context["shares"]
    assert [share.library.natural_id for share in shares] == ["handbook"]

    Share.objects.all().delete()
    assert b"Nothing is shared with team:engineering." in (
        console.get(f"/admin/libraries/team/{engineering.pk}/change/").content
    )


def cost(console, path):
    console.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert console.get(path).status_code == 200
    return len(captured)


def test_a_persons_page_costs_the_same_with_300_libraries(console, bob, acme):
    few = cost(console, page(bob))
    libraries = Library.objects.bulk_create(
        Library(name=f"Library {number}", natural_id=f"library-{number}", organization=acme) for number in range(300)
    )
    for library in libraries[:20]:
        give_directly(library, bob)

    assert cost(console, page(bob)) == few <= 22


def give_directly(library, user):
    share = Share.objects.create(library=library, kind=0, user=user, level=1)
    grants.put(share)


def test_a_teams_page_costs_the_same_with_300_shares(console, engineering, acme):
    path = f"/admin/libraries/team/{engineering.pk}/change/"
    few = cost(console, path)
    Share.objects.bulk_create(
        Share(library=library, kind=1, team=engineering, level=1)
        for library in Library.objects.bulk_create(
            Library(name=f"Library {number}", natural_id=f"library-{number}", organization=acme)
            for number in range(300)
        )
    )

    assert cost(console, path) == few <= 9
