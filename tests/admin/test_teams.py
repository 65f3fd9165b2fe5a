"""/admin/libraries/team/: set up, renamed, who is in it, dissolved."""

from libraries.access.check import can
from libraries.models import Event, Team
from libraries.people.queries import is_member
from libraries.rules.levels import Action
from tests.admin.pages import errors, messages, recorded

LIST = "/admin/libraries/team/"
EVENT = ("action", "organization", "principal")


def page(team):
    return f"{LIST}{team.pk}/change/"


def test_a_team_is_set_up(console, acme):
    response = console.save(
        f"{LIST}add/", organization=str(acme.pk), slug="legal", name="Legal", email="legal@acme.example"
    )

    assert response.status_code == 302
    team = acme.teams.get(slug="legal")
    assert (team.name, team.email) == ("Legal", "legal@acme.example")
    assert recorded(*EVENT) == [("team.created", "acme", "team:legal")]


def test_names_that_are_taken_are_refused(console, acme, globex):
    slug = console.save(f"{LIST}add/", organization=str(acme.pk), slug="engineering", name="Other")
    form = {"slug": "other", "name": "Other", "email": "Engineering@ACME.example"}
    email = console.save(f"{LIST}add/", organization=str(acme.pk), **form)

    assert errors(slug) == {"__all__": ["Team with this Organization and Slug already exists."]}
    assert errors(email) == {"__all__": ["Constraint “team_email_unique” is violated."]}
    assert Team.objects.count() == 4

    console.save(f"{LIST}add/", organization=str(globex.pk), slug="engineering", name="Other")
    console.save(f"{LIST}add/", organization=str(globex.pk), **form)
    assert Team.objects.count() == 6


def test_it_is_renamed_and_stays_where_it_is(console, engineering, globex):
    form = {**console.open(page(engineering)), "name": "Engineers", "organization": str(globex.pk), "slug": "x"}

    console.send(page(engineering), form)

    engineering.refresh_from_db()
    assert (str(engineering), engineering.name) == ("acme/engineering", "Engineers")
    event = Event.objects.get(via="admin")
    assert event.action == "team.changed"
    assert event.details == {"team": "engineering", "name": ["Engineering", "Engineers"]}


def test_members_come_and_go(console, engineering, handbook, dave, bob):
    console.save(page(engineering), add_members=[str(dave.pk)], remove_members=[str(bob.pk)])

    assert is_member(dave, engineering)
    assert not is_member(bob, engineering)
    assert not can(bob, handbook, Action.CHANGE)
    assert recorded(*EVENT) == [
        ("team.member_added", "acme", "dave"),
        ("team.member_removed", "acme", "bob"),
    ]


def test_strangers_are_refused_with_everything_else(console, engineering, erin, dave):
    response = console.save(
        page(engineering), add_members=[str(erin.pk), str(dave.pk)], remove_members=[str(dave.pk)], name="Engineers"
    )

    assert errors(response) == {
        "add_members": ["erin is not a member of “acme”. Add them first, on the organization's page."]
    }
    assert not is_member(dave, engineering)
    engineering.refresh_from_db()
    assert engineering.name == "Engineering"
    assert recorded(*EVENT) == []

    console.save(page(engineering), add_members=[str(dave.pk)])
    assert is_member(dave, engineering)


def test_it_is_dissolved_with_its_shares(console, engineering, handbook, bob):
    assert (
        b"acme/engineering, with its memberships and 1 shares" in console.get(f"{LIST}{engineering.pk}/delete/").content
    )

    console.send(f"{LIST}{engineering.pk}/delete/", {"post": "yes"})

    assert not Team.objects.filter(pk=engineering.pk).exists()
    assert not can(bob, handbook, Action.CHANGE)
    assert recorded(*EVENT) == [
        ("share.revoked", "acme", "team:engineering"),
        ("team.deleted", "acme", "team:engineering"),
    ]


def test_many_are_dissolved_together(console, engineering, acme):
    done = console.choose(LIST, "delete_selected", *acme.teams.all(), post="yes")

    assert messages(done) == ["Successfully deleted 3 teams."]
    assert not acme.teams.exists()


def test_teams_are_found_with_their_members_counted(console):
    rows = console.get(f"{LIST}?q=acme").context["cl"].result_list
    assert sorted((row.slug, row.member_count) for row in rows) == [
        ("data-science", 1),
        ("engineering", 2),
        ("interns", 1),
    ]
