"""The verbs on organizations and teams themselves."""

import pytest

from libraries.errors import (
    NameTaken,
    NotAdministrator,
    NotSuperuser,
    OrganizationInUse,
    OrganizationNotFound,
)
from libraries.models import OPERATOR, Event, Organization, Team
from libraries.people.organizations import change_organization, create_organization, delete_organization
from libraries.people.teams import change_team
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing.share import share_library


def latest():
    event = Event.objects.latest("id")
    return event.action, event.actor, event.organization, event.principal, event.details


def test_its_administrator_changes_an_organization(acme, alice, bob):
    with pytest.raises(NotAdministrator):
        change_organization(organization=acme, changes={"name": "ACME"}, actor=bob)
    acme.refresh_from_db()
    assert acme.name == "Acme"

    assert change_organization(organization=acme, changes={"name": "ACME"}, actor=alice)
    assert not change_organization(organization=acme, changes={"name": "ACME"}, actor=alice)

    acme.refresh_from_db()
    assert acme.name == "ACME"
    assert latest() == ("organization.changed", "alice", "acme", "", {"name": ["Acme", "ACME"]})
    assert Event.objects.filter(action="organization.changed").count() == 1


def test_a_superuser_dissolves_an_organization_that_nothing_hangs_on(
    globex, lab_notes, handbook, alice, erin, admin_user
):
    with pytest.raises(NotSuperuser):
        delete_organization(organization=globex, actor=erin)
    with pytest.raises(OrganizationInUse) as own:
        delete_organization(organization=globex, actor=admin_user)
    assert own.value.libraries == ["lab-notes"]

    lab_notes.delete()
    share_library(library=handbook, principal=named("org:globex"), level=Level.READER, actor=alice)
    with pytest.raises(OrganizationInUse) as shared:
        delete_organization(organization=globex, actor=admin_user)
    assert (
        str(shared.value)
        == "“globex” still owns or has access to handbook. Delete these libraries, or stop sharing them with it, first."
    )

    handbook.shares.get(organization=globex).delete()
    delete_organization(organization=globex, actor=admin_user)

    assert not Organization.objects.filter(slug="globex").exists()
    assert not Team.objects.filter(slug="research").exists()
    assert not erin.groups.exists()
    assert latest() == ("organization.deleted", "admin", "globex", "", {})


def test_a_sentence_names_ten_libraries_at_most():
    told = str(OrganizationInUse("acme", [f"library-{number}" for number in range(12)]))
    assert told.endswith("library-9, 2 more. Delete these libraries, or stop sharing them with it, first.")


def test_what_is_gone_is_refused(world):
    organization = create_organization(slug="initech", name="Initech", actor=OPERATOR)
    delete_organization(organization=Organization.objects.get(slug="initech"), actor=OPERATOR)

    with pytest.raises(OrganizationNotFound):
        delete_organization(organization=organization, actor=OPERATOR)
    with pytest.raises(OrganizationNotFound):
        change_organization(organization=organization, changes={"name": "x"}, actor=OPERATOR)


def test_an_administrator_changes_a_team(engineering, alice, bob):
    with pytest.raises(NotAdministrator):
        change_team(team=engineering, changes={"name": "Engineers"}, actor=bob)

    assert change_team(team=engineering, changes={"name": "Engineers", "email": "eng@acme.example"}, actor=alice)
    assert not change_team(team=engineering, changes={"name": "Engineers"}, actor=alice)

    engineering.refresh_from_db()
    assert (engineering.name, engineering.email) == ("Engineers", "eng@acme.example")
    changed = {
        "team": "engineering",
        "name": ["Engineering", "Engineers"],
        "email": ["engineering@acme.example", "eng@acme.example"],
    }
    assert latest() == ("team.changed", "alice", "acme", "team:engineering", changed)


def test_an_e_mail_that_is_taken_is_refused(engineering, alice):
    """In the organization; another's is no business of its own (R16)."""
    interns, research = (Team.objects.select_related("organization").get(slug=slug) for slug in ("interns", "research"))
    taken = {"email": "ENGINEERING@acme.example"}

    with pytest.raises(NameTaken) as refused:
        change_team(team=interns, changes=taken, actor=OPERATOR)

    assert refused.value.field == "email"
    assert change_team(team=research, changes=taken, actor=OPERATOR)
