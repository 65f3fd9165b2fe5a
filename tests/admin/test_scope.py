"""/admin/ for administrators of an organization who are staff (R10): every page of their own, and nothing of others'.

The table says what of each model is acme's and what is globex's; the tests walk every page of every model with it.
"""

from itertools import product
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.db import models

from libraries.models import OPERATOR, Event, Library, Organization, Share, Team, User
from libraries.people.administrators import set_administrator
from libraries.people.keys import create_api_key
from libraries.people.members import add_member
from libraries.people.service_accounts import create_service_account
from libraries.people.teams import add_team_member
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing.share import transfer_library
from tests.admin.pages import errors, row_errors
from tests.factories import give

ADMINS: dict[Any, Any] = {registered.opts.model_name: registered for registered in admin.site._registry.values()}
NOBODYS_KEY = "01a1fd6d-4566-7325-9de7-b9d3e818ce42"

# model: (how a row is called, acme's rows, globex's rows, what administrators may do beside looking)
TABLE: dict[str, Any] = {
    "apikey": (lambda row: row.name, {"alice's", "acme.robot's"}, {"erin's", "globex.drone's"}, "add"),
    "event": (lambda row: row.organization, {"acme"}, {"globex"}, ""),
    "library": (lambda row: row.natural_id, {"handbook", "roadmap", "press-kit"}, {"lab-notes"}, "add change delete"),
    "librarygroupobjectpermission": (
        lambda row: f"{row.content_object.natural_id} {row.share.principal_name}",
        {"handbook org:acme", "handbook team:engineering", "handbook team:interns", "press-kit everyone", "roadmap team:data-science"},
        {"lab-notes team:research"},
        "",
    ),
    "libraryuserobjectpermission": (
        lambda row: f"{row.content_object.natural_id} {row.user}",
        {"handbook alice", "press-kit alice", "roadmap bob", "roadmap carol", "roadmap frank"},
        {"lab-notes erin"},
        "",
    ),
    "organization": (lambda row: row.slug, {"acme"}, {"globex"}, "change"),
    "organizationuserobjectpermission": (lambda row: f"{row.content_object.slug} {row.user}", {"acme alice"}, {"globex erin"}, ""),
    "share": (
        lambda row: f"{row.library.natural_id} {row.principal_name}",
        {
            "handbook alice", "handbook org:acme", "handbook team:engineering", "handbook team:interns", "press-kit alice",
            "press-kit everyone", "roadmap bob", "roadmap carol", "roadmap team:data-science", "roadmap frank",
        },
        {"lab-notes erin", "lab-notes team:research"},
        "change delete",
    ),
    "team": (lambda row: row.slug, {"engineering", "data-science", "interns"}, {"research"}, "add change delete"),
    "user": (lambda row: row.username, {"alice", "bob", "carol", "dave", "acme.robot"}, {"erin", "frank", "globex.drone"}, ""),
    "serviceaccount": (lambda row: row.username, {"acme.robot"}, {"globex.drone"}, "add change delete"),
}  # fmt: skip
HERE = pytest.mark.parametrize("model", TABLE)
BOTH = pytest.mark.parametrize("who", ["alice", "erin"])


@pytest.fixture(autouse=True)
def more_world(world, acme, globex, roadmap):
    """A service account and some keys in each organization, and a stranger with a share at acme."""
    create_service_account(organization=acme, name="robot", actor=OPERATOR)
    create_service_account(organization=globex, name="drone", actor=OPERATOR)
    give(roadmap, "frank", Level.READER)
    User.objects.filter(username="bob").update(password="argon2$something")
    for username in ("alice", "bob", "erin", "acme.robot", "globex.drone", "admin"):
        create_api_key(user=User.objects.get(username=username), name=f"{username}'s", actor=OPERATOR)


@pytest.fixture
def signed_in(console_of):
    return lambda who: console_of(User.objects.get(username=who))


def address(model, rest=""):
    return f"/admin/libraries/{model}/{rest}"


def called(model, rows):
    return {TABLE[model][0](row) for row in rows}


def rows_of(model, who):
    """The rows of the organization that alice or erin administers."""
    names = TABLE[model][1 if who == "alice" else 2]
    return [row for row in ADMINS[model].model.objects.all() if TABLE[model][0](row) in names]


def share_of(library, principal):
    share = named(principal).share_of(library)
    assert share
    return share


def other(who):
    return {"alice": "erin", "erin": "alice"}[who]


def test_the_table_tells_of_every_model():
    ours = {name for name, registered in ADMINS.items() if registered.opts.app_label == "libraries"}
    assert ours == set(TABLE)


@HERE
@BOTH
def test_a_list_shows_and_counts_ones_own(signed_in, model, who):
    listed = signed_in(who).get(address(model)).context["cl"]

    assert called(model, listed.result_list) == called(model, rows_of(model, who))
    assert listed.result_count == len(rows_of(model, who)) > 0


@HERE
def test_a_superuser_is_shown_everything(console, model):
    listed = console.get(address(model)).context["cl"]

    assert listed.result_count == ADMINS[model].model.objects.count()


@HERE
@BOTH
def test_ones_own_rows_have_the_pages_that_the_table_says(signed_in, model, who):
    console, may = signed_in(who), TABLE[model][3].split()
    row = next(row for row in rows_of(model, who) if row.pk != User.objects.get(username=who).pk)

    assert console.get(address(model, f"{row.pk}/change/")).status_code == 200
    assert console.get(address(model, f"{row.pk}/history/")).status_code == (403 if model == "user" else 200)
    assert console.get(address(model, "add/")).status_code == (200 if "add" in may else 403)
    assert console.send(address(model, "add/"), {}).status_code == (200 if "add" in may else 403)
    assert console.send(address(model, f"{row.pk}/change/"), {}).status_code == (200 if "change" in may else 403)
    assert console.get(address(model, f"{row.pk}/delete/")).status_code == (200 if "delete" in may else 403)


def answer(console, method, path, key):
    """All that an answer tells, whichever the key is that was asked for."""
    console.client.cookies.pop("messages", None)  # what the answer before told
    response = getattr(console.client, method)(path.format(key), {"post": "yes"})
    told = [str(message).replace(str(key), "KEY") for message in get_messages(response.wsgi_request)]
    return response.status_code, response.headers.get("Location", "").replace(str(key), "KEY"), told


@HERE
@BOTH
def test_others_rows_are_not_there(signed_in, model, who):
    console, everything = signed_in(who), list(ADMINS[model].model.objects.values())
    others = rows_of(model, other(who))
    key = NOBODYS_KEY if ADMINS[model].opts.pk.get_internal_type() == "UUIDField" else "999999"
    for method, rest in product(["get", "post"], ["change/", "delete/", "history/", "password/", ""]):
        path = address(model, "{}/" + rest)
        nothing = answer(console, method, path, key)

        for row in others:
            assert answer(console, method, path, row.pk) == nothing, f"{method} {path}"
        assert list(ADMINS[model].model.objects.values()) == everything, f"{method} {path}"


@HERE
@BOTH
def test_others_rows_are_not_found(signed_in, model, who):
    console = signed_in(who)
    for row in rows_of(model, other(who)):
        for query in (f"q={row.pk}", f"q={str(row)}", f"id__exact={row.pk}"):
            response = console.get(address(model, f"?{query}"))
            found = response.context["cl"].result_list if response.status_code == 200 else []
            assert not called(model, found) & called(model, rows_of(model, other(who))), query


@HERE
@BOTH
def test_no_action_touches_others_rows(signed_in, model, who):
    console = signed_in(who)
    before = list(ADMINS[model].model.objects.values())
    for action, *_ in ADMINS[model].get_actions(console.get(address(model)).wsgi_request).values():
        name = action.__name__
        for more in ({}, {"select_across": "1"}):
            for row in rows_of(model, other(who)):
                console.choose(address(model, f"?q={row.pk}"), name, row, post="yes", **more)

    assert list(ADMINS[model].model.objects.values()) == before
    assert not LogEntry.objects.exists()


@BOTH
def test_filters_offer_nothing_of_others(signed_in, who):
    foreign = {"alice": ("globex", "research", "lab-notes"), "erin": ("acme", "engineering", "handbook")}[who]
    for model in TABLE:
        filters = signed_in(who).get(address(model)).context["cl"].filter_specs
        offered = [str(choice) for spec in filters for choice in getattr(spec, "lookup_choices", ())]
        assert not [choice for choice in offered for name in foreign if name in choice], model


@pytest.mark.parametrize("model", ["library", "share", "team", "event"])
def test_a_filter_by_anothers_organization_finds_nothing(signed_in, model):
    console = signed_in("alice")
    assert console.get(address(model, "?organization=acme")).context["cl"].result_count > 0
    assert console.get(address(model, "?organization=globex")).context["cl"].result_count == 0


def test_a_filter_by_anothers_team_tells_nothing_of_ones_own_members(signed_in, carol, globex):
    research = Team.objects.get(slug="research")
    add_member(organization=globex, user=carol, actor=OPERATOR)
    add_team_member(team=research, user=carol, actor=OPERATOR)

    def listed(who, group):
        return called("user", signed_in(who).get(address("user", f"?in={group.pk}")).context["cl"].result_list)

    assert listed("erin", research) == {"carol", "erin", "frank"}
    assert listed("alice", research) == listed("alice", globex) == set()


SUGGESTING: list[Any] = [
    (field.model._meta.model_name, field.name)
    for registered in ADMINS.values()
    for field in registered.opts.get_fields()
    if isinstance(field, (models.ForeignKey, models.OneToOneField)) and registered.opts.app_label == "libraries"
]


@pytest.mark.parametrize(("model", "field"), SUGGESTING)
@BOTH
def test_suggestions_are_ones_own(signed_in, model, field, who):
    path = f"/admin/autocomplete/?app_label=libraries&model_name={model}&field_name={field}&term="
    target = ADMINS[model].opts.get_field(field).related_model
    response = signed_in(who).get(path)

    if target._meta.model_name not in TABLE or not ADMINS[target._meta.model_name].search_fields:
        assert response.status_code == 403
        return
    suggested = {result["id"] for result in response.json()["results"]}
    assert suggested == {str(row.pk) for row in rows_of(target._meta.model_name, who)}


@pytest.mark.parametrize(
    "query",
    [
        "user/?password__startswith=argon", "user/?is_superuser__exact=1", "user/?groups__exact=1", "user/?shares__isnull=0",
        "user/?last_login__isnull=1", "apikey/?digest__startswith=0", "share/?user__email__startswith=f", "share/?user__exact=x",
        "share/?granted_by__id__exact=x", "library/?organization__slug=acme", "team/?group__exact=1", "event/?actor_id=x",
    ],
)  # fmt: skip
def test_an_address_filters_by_nothing_that_the_list_does_not_offer(signed_in, query):
    assert signed_in("alice").get(f"/admin/libraries/{query}").status_code == 400


def test_others_e_mails_are_not_searched(signed_in, console, frank):
    path = address("share", f"?q={frank.email}")

    assert called("share", console.get(path).context["cl"].result_list) == {"roadmap frank"}
    assert signed_in("alice").get(path).context["cl"].result_count == 0


def test_a_stranger_with_a_share_is_named_and_has_no_page(signed_in, roadmap, frank):
    console = signed_in("alice")
    share = share_of(roadmap, "frank")
    transfer_library(library=roadmap, to=named("frank"), actor=OPERATOR)
    grant = frank.libraryuserobjectpermission_set.first()
    pages = [
        address("share"),
        address("share", f"{share.pk}/change/"),
        address("library"),
        address("library", f"{roadmap.pk}/change/"),
        address("libraryuserobjectpermission"),
        address("libraryuserobjectpermission", f"{grant.pk}/change/"),
    ]

    for path in pages:
        html = console.get(path).content.decode()
        assert "frank" in html, path
        assert f"/user/{frank.pk}" not in html, path


def test_a_library_that_a_stranger_owns_is_saved_as_it_stands(signed_in, roadmap, bob):
    console, path = signed_in("alice"), address("library", f"{roadmap.pk}/change/")
    transfer_library(library=roadmap, to=named("frank"), actor=OPERATOR)

    saved = console.save(path, shares__1__level=1)

    assert saved.status_code == 302
    assert share_of(roadmap, "frank").level == Level.OWNER

    console.save(path, owner=str(bob.pk))

    assert share_of(roadmap, "bob").level == Level.OWNER
    assert share_of(roadmap, "frank").level == Level.EDITOR


def test_a_form_takes_nobody_who_is_not_shown(signed_in, acme, globex, erin, frank, handbook):
    console = signed_in("alice")
    no_choice = ["Select a valid choice. That choice is not one of the available choices."]

    for key in (erin.pk, NOBODYS_KEY):
        owner = console.save(address("library", f"{handbook.pk}/change/"), owner=str(key))
        maker = console.save(address("library", "add/"), name="X", organization=str(acme.pk), owner=str(key))
        holder = console.save(address("apikey", "add/"), name="x", user=str(key))
        member = console.save(address("organization", f"{acme.pk}/change/"), successor=str(key))
        assert [errors(owner), errors(maker)] == [{"owner": no_choice}] * 2
        assert (errors(holder), errors(member)) == ({"user": no_choice}, {"successor": no_choice})
    for key in (globex.pk, NOBODYS_KEY):
        home = console.save(address("library", "add/"), name="X", organization=str(key), owner=str(erin.pk))
        team = console.save(address("team", "add/"), name="X", slug="x", organization=str(key))
        assert (errors(home)["organization"], errors(team)) == (no_choice, {"organization": no_choice})


def test_nobody_is_taken_in_and_the_page_says_why_and_members_go_r15(signed_in, acme, frank, alice, dave):
    console, path = signed_in("alice"), address("organization", f"{acme.pk}/change/")

    html = console.get(path).content.decode()
    assert "Nobody is taken in without their consent: ask a superuser" in html
    assert not {"add_members", "add_by_name"} & set(console.open(path))

    forged = {"add_by_name": "frank, nobody", "add_members": [str(frank.pk)], "remove_members": [str(dave.pk)]}
    assert console.send(path, {**console.open(path), **forged}).status_code == 302

    assert not frank.groups.filter(organization=acme).exists()
    assert not dave.groups.filter(organization=acme).exists()
    assert console.get(address("user", f"{frank.pk}/change/")).status_code == 302


def test_what_an_administrator_does_goes_by_the_rules(signed_in, roadmap, handbook, alice):
    console = signed_in("alice")

    owned = console.save(address("share", f"{share_of(roadmap, 'carol').pk}/change/"), level=3)
    own = console.save(address("library", f"{handbook.pk}/change/"), shares__0__level=2)
    renamed = console.save(address("library", f"{roadmap.pk}/change/"), name="Plan")

    assert errors(owned) == {
        "level": ["Only an owner may give, change or take away ownership. An administrator transfers the library instead. (R5)"]
    }  # fmt: skip
    assert row_errors(own) == {
        "alice": {"__all__": ["Owners cannot change or remove their own access. Transfer the library instead. (R6)"]}
    }
    assert errors(renamed) == {"name": ["You may not change this library. Ask an owner of it. (R4)"]}
    assert not Event.objects.filter(via="admin").exists()

    console.save(address("share", f"{share_of(roadmap, 'carol').pk}/change/"), level=1)

    event = Event.objects.get(via="admin")
    assert (event.actor, event.action, event.principal) == ("alice", "share.changed", "carol")


def test_accounts_are_for_superusers_to_change(signed_in, bob):
    console, before = signed_in("alice"), User.objects.filter(pk=bob.pk).values().get()
    page = address("user", f"{bob.pk}/change/")

    assert console.send(page, {"username": "x", "is_superuser": "on"}).status_code == 403
    assert console.send(address("user", f"{bob.pk}/password/"), {"password1": "x", "password2": "x"}).status_code == 403
    assert console.send(address("user", "add/"), {"username": "x"}).status_code == 403
    assert User.objects.filter(pk=bob.pk).values().get() == before
    html = console.get(page).content.decode()
    assert bob.email in html
    for hidden in ("argon2", "Superuser", "Last login", "Staff status"):
        assert hidden not in html, hidden


def test_a_member_of_two_organizations_is_shown_as_each_knows_them(signed_in, carol, globex, lab_notes):
    research = Team.objects.get(slug="research")
    add_member(organization=globex, user=carol, actor=OPERATOR)
    add_team_member(team=research, user=carol, actor=OPERATOR)
    give(lab_notes, "carol", Level.READER)
    page = address("user", f"{carol.pk}/change/")

    def facts(who):
        html = signed_in(who).get(page).content.decode()
        names = ("acme/data-science", "globex/research")
        return [name for name in names if name in html], html.count(f'user__id__exact={carol.pk}">1</a>')

    assert facts("alice") == (["acme/data-science"], 1)
    assert facts("erin") == (["globex/research"], 1)


def test_who_administers_two_organizations_sees_both(signed_in, alice, globex):
    add_member(organization=globex, user=alice, actor=OPERATOR)
    set_administrator(organization=globex, user=alice, administrator=True, actor=OPERATOR)

    console = signed_in("alice")

    assert console.get(address("library")).context["cl"].result_count == Library.objects.count()
    assert console.get(address("organization")).context["cl"].result_count == Organization.objects.count()
    assert console.get(address("share")).context["cl"].result_count == Share.objects.count()


@HERE
def test_rows_are_shown_to_nobody_whose_power_has_gone(signed_in, acme, alice, bob, model):
    console = signed_in("alice")
    assert console.get(address(model)).status_code == 200

    set_administrator(organization=acme, user=bob, administrator=True, actor=OPERATOR)
    set_administrator(organization=acme, user=alice, administrator=False, actor=OPERATOR)

    assert console.get(address(model)).status_code == 302
