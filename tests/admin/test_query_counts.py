"""Every list and the library's page cost the same at 3 rows and at 300."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from libraries.db.in_migrations import new_uuid
from libraries.models import (
    ApiKey,
    Event,
    Library,
    LibraryGroupObjectPermission,
    LibraryUserObjectPermission,
    Organization,
    OrganizationUserObjectPermission,
    Share,
    Team,
    User,
)
from tests.admin.pages import library_page

COUNT = 300


@pytest.fixture
def fill(world, handbook, acme, make_users):
    """Puts COUNT more rows into one list."""

    def groups():
        return Group.objects.bulk_create(Group(name=str(new_uuid())) for _ in range(COUNT))

    def organizations():
        return Organization.objects.bulk_create(
            Organization(slug=f"org-{number}", name=f"Org {number}", group=group)
            for number, group in enumerate(groups())
        )

    def teams():
        return Team.objects.bulk_create(
            Team(organization=organization, slug="team", name="Team", group=group)
            for organization, group in zip(organizations(), groups(), strict=True)
        )

    def libraries():
        return Library.objects.bulk_create(
            Library(name=f"Library {number}", natural_id=f"library-{number}", organization=organization)
            for number, organization in enumerate(organizations())
        )

    def shares():
        moment = timezone.now() + timedelta(days=1)
        return Share.objects.bulk_create(
            Share(library=library, kind=0, user=user, level=1, expires_at=moment, granted_by=user)
            for library, user in zip(libraries(), make_users(COUNT), strict=True)
        )

    def user_grants():
        view = Permission.objects.get(codename="view_library")
        LibraryUserObjectPermission.objects.bulk_create(
            LibraryUserObjectPermission(content_object=share.library, share=share, user=share.user, permission=view)
            for share in shares()
        )

    def group_grants():
        view = Permission.objects.get(codename="view_library")
        shared = [Share(library=handbook, kind=1, team=team, level=1) for team in teams()]
        LibraryGroupObjectPermission.objects.bulk_create(
            LibraryGroupObjectPermission(content_object=handbook, share=share, group=group, permission=view, breadth=1)
            for share, group in zip(Share.objects.bulk_create(shared), groups(), strict=True)
        )

    def powers():
        power = Permission.objects.get(codename="administer_organization")
        OrganizationUserObjectPermission.objects.bulk_create(
            OrganizationUserObjectPermission(content_object=organization, user=user, permission=power)
            for organization, user in zip(organizations(), make_users(COUNT), strict=True)
        )

    def keys():
        ApiKey.objects.bulk_create(
            ApiKey(user=user, name="key", digest=f"{number:064x}", scopes=["library:read"])
            for number, user in enumerate(make_users(COUNT))
        )

    def programs():
        User.objects.bulk_create(
            User(username=f"acme.program-{number}", service_of=acme, password="!") for number in range(COUNT)
        )

    def events():
        Event.objects.bulk_create(
            Event(action="share.created", actor="alice", library_id=new_uuid(), to_level=1) for _ in range(COUNT)
        )

    makers = {
        "apikey": keys,
        "event": events,
        "library": libraries,
        "librarygroupobjectpermission": group_grants,
        "libraryuserobjectpermission": user_grants,
        "organization": organizations,
        "organizationuserobjectpermission": powers,
        "serviceaccount": programs,
        "share": shares,
        "team": teams,
        "user": lambda: make_users(COUNT),
    }
    return lambda model: makers[model]()


def cost(console, path):
    """How many queries the page takes, once Django knows the content types."""
    console.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert console.get(path).status_code == 200
    return len(captured)


TABLES = sorted(
    str(registered.opts.model_name)
    for registered in admin.site._registry.values()
    if registered.opts.app_label == "libraries"
)


@pytest.mark.parametrize(
    ("model", "most"),
    [
        ("apikey", 6),
        ("event", 5),
        ("library", 7),
        ("librarygroupobjectpermission", 4),
        ("libraryuserobjectpermission", 4),
        ("organization", 4),
        ("organizationuserobjectpermission", 4),
        ("serviceaccount", 5),
        ("share", 5),
        ("team", 5),
        ("user", 7),
    ],
)
@pytest.mark.parametrize("search", ["", "?q=e"])
def test_a_list_costs_the_same_at_300_rows(console, key_for, fill, model, most, search):
    for username in ("alice", "bob", "erin"):
        key_for(username)
    path = f"/admin/libraries/{model}/{search}"
    few = cost(console, path)

    fill(model)

    assert cost(console, path) == few <= most


@pytest.mark.parametrize("model", TABLES)
def test_an_administrators_list_costs_one_query_more(console, console_of, alice, acme, key_for, fill, model):
    for username in ("alice", "bob", "erin"):
        key_for(username)
    path = f"/admin/libraries/{model}/"
    theirs = console_of(alice)
    few = cost(theirs, path)

    fill(model)
    Library.objects.update(organization=acme)
    Team.objects.exclude(slug="team").update(organization=acme)
    Event.objects.bulk_create(Event(action="share.created", organization_id=acme.pk) for _ in range(COUNT))

    assert cost(theirs, path) == few <= cost(console, path) + 1


def test_suggestions_cost_the_same_at_300_rows(console, fill):
    path = "/admin/autocomplete/?app_label=libraries&model_name=share&field_name=user&term=e"
    few = cost(console, path)

    fill("user")

    assert cost(console, path) == few <= 4


@pytest.mark.parametrize("model", ["apikey", "event", "library", "share"])
def test_the_first_page_costs_the_same_at_300_rows(console, fill, model):
    few = cost(console, "/admin/")

    fill(model)

    assert cost(console, "/admin/") == few <= 9


def test_an_explanation_costs_the_same_in_300_teams(console, acme, handbook, fill, bob):
    path = "/admin/explain/?person=bob&library=handbook"
    few = cost(console, path)

    teams = fill("team")
    Share.objects.bulk_create(Share(library=handbook, kind=1, team=team, level=1) for team in teams)
    bob.groups.add(*(team.group_id for team in teams))

    assert cost(console, path) == few <= 9


@pytest.mark.parametrize("kind", ["people/", "libraries/", "principals/{library}/"])
def test_what_is_offered_costs_the_same_at_300_rows(console, handbook, fill, kind):
    path = f"/admin/suggestions/{kind.format(library=handbook.pk)}?term=e"
    few = cost(console, path)

    fill("share")

    assert cost(console, path) == few <= 8


def test_a_librarys_page_costs_the_same_at_300_shares(console, handbook, make_users):
    path = library_page(handbook)
    few = cost(console, path)

    Share.objects.bulk_create(Share(library=handbook, kind=0, user=user, level=1) for user in make_users(COUNT))

    assert cost(console, path) == few <= 19


def test_saving_one_row_costs_the_same_at_300_shares(console, handbook, make_users):
    path = library_page(handbook)

    def save(level):
        form = {**console.open(path), "shares-1-level": str(level)}
        with CaptureQueriesContext(connection) as captured:
            assert console.send(path, form).status_code == 302
        return len(captured)

    few = [save(2), save(1)]
    Share.objects.bulk_create(Share(library=handbook, kind=0, user=user, level=1) for user in make_users(COUNT))

    assert [save(2), save(1)] == few
    assert max(few) <= 30


def test_asking_before_something_is_taken_away_costs_the_same_at_300_people(console, handbook, engineering, make_users):
    path = library_page(handbook)

    def ask():
        form = {**console.open(path), "shares-2-DELETE": "on"}
        with CaptureQueriesContext(connection) as captured:
            assert console.send(path, form).context["losses"]
        return len(captured)

    few = ask()
    for user in make_users(COUNT):
        user.groups.add(engineering.group_id)

    assert ask() == few <= 30


@pytest.mark.parametrize("model", ["organization", "team"])
def test_a_page_of_members_costs_the_same_at_300_members(console, acme, engineering, make_users, model):
    group = acme if model == "organization" else engineering
    path = f"/admin/libraries/{model}/{group.pk}/change/"
    few = cost(console, path)

    for user in make_users(COUNT):
        user.groups.add(group.group_id)

    assert cost(console, path) == few <= 7


def test_a_refusal_costs_a_second_look_at_the_form_and_no_more(console, handbook):
    path = library_page(handbook)
    form = {**console.open(path), "shares-1-level": "3"}

    with CaptureQueriesContext(connection) as captured:
        assert console.send(path, form).status_code == 200

    assert len(captured) <= 40
