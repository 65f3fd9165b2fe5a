"""manage.py seed_demo [--json]"""

import re

from libraries import demo
from libraries.models import OPERATOR, ApiKey, Event, Library, Organization, Scope, Share, Team, User
from libraries.people.keys import find_api_key
from libraries.people.members import remove_member
from libraries.rules.levels import Level
from tests.factories import level_of, make_user


def everything():
    tables = (Organization, Team, User, Library, Share)
    return {table.__name__: set(table.objects.values_list("pk", flat=True)) for table in tables}


def test_it_makes_the_world_of_the_design(run, empty_world):
    document = run("seed_demo", "--json").document

    assert set(document) == {"users", "organizations", "teams", "libraries", "admin"}
    assert set(document["users"]) == {"alice", "bob", "carol", "dave", "erin", "frank"}
    assert set(document["organizations"]) == {"acme", "globex"}
    assert set(document["teams"]) == {"engineering", "data-science", "interns", "research"}
    assert set(document["libraries"]) == {"handbook", "roadmap", "press-kit", "lab-notes"}
    handbook = Library.objects.get(natural_id="handbook")
    assert document["libraries"]["handbook"] == {
        "id": str(handbook.pk),
        "natural_id": "handbook",
        "object_id": handbook.object_id,
    }
    assert document["teams"]["engineering"] == {
        "id": str(Team.objects.get(slug="engineering").pk),
        "organization": "acme",
        "email": "engineering@acme.example",
    }
    shares = {
        (share.library.natural_id, share.principal_name): Level(share.level).name
        for share in Share.objects.with_principals().select_related("library")
    }
    assert shares == {
        ("handbook", "alice"): "OWNER",
        ("handbook", "org:acme"): "READER",
        ("handbook", "team:engineering"): "EDITOR",
        ("handbook", "team:interns"): "NONE",
        ("roadmap", "bob"): "OWNER",
        ("roadmap", "carol"): "EDITOR",
        ("roadmap", "team:data-science"): "READER",
        ("press-kit", "alice"): "OWNER",
        ("press-kit", "everyone"): "READER",
        ("lab-notes", "erin"): "OWNER",
        ("lab-notes", "team:research"): "READER",
    }


def test_its_keys_open_with_every_scope_and_its_password_signs_in(run, empty_world):
    document = run("seed_demo", "--json").document
    for username, user in document["users"].items():
        key = find_api_key(user["api_key"])
        assert key
        assert (key.user.username, str(key.user.pk), key.scopes) == (username, user["id"], sorted(Scope))
        assert user["email"] == key.user.email
    admin = User.objects.get(username=document["admin"]["username"])
    assert admin.check_password(document["admin"]["password"])
    assert (admin.is_superuser, admin.is_staff) == (True, True)


def test_run_again_it_keeps_the_world_and_adds_fresh_credentials(run, empty_world):
    first, before = run("seed_demo", "--json").document, everything()
    second = run("seed_demo", "--json").document

    assert everything() == before
    assert first["users"]["alice"]["api_key"] != second["users"]["alice"]["api_key"]
    assert all(find_api_key(document["users"]["alice"]["api_key"]) for document in (first, second))
    assert ApiKey.objects.filter(user__username="alice").count() == 2
    assert second["admin"] == {"username": "admin", "password": None}
    assert User.objects.get(username="admin").check_password(first["admin"]["password"])


def test_it_gives_a_password_only_where_there_is_none_and_records_that(run, world, admin_user):
    def changed():
        return Event.objects.filter(action="user.changed", principal="admin").values_list("actor", "via", "details")

    admin_user.set_password("ours")
    admin_user.save()

    assert "admin with the password that it has" in run("seed_demo").out
    admin_user.refresh_from_db()
    assert (admin_user.check_password("ours"), list(changed())) == (True, [])

    admin_user.set_unusable_password()
    admin_user.save()
    password = run("seed_demo", "--json").document["admin"]["password"]
    admin_user.refresh_from_db()
    assert admin_user.check_password(password)
    assert list(changed()) == [("", "command", {"password": [None, None]})]


def test_it_says_the_same_in_words(run, empty_world):
    out = run("seed_demo").out
    password = re.match(r"The demo world is there. Admin console: admin / (\S+)\n", out)
    assert password and User.objects.get(username="admin").check_password(password[1])
    keys = dict(line.split() for line in out.splitlines()[1:])
    assert list(keys) == demo.usernames()
    assert all(find_api_key(key) for key in keys.values())


def test_it_makes_what_is_missing_and_leaves_what_was_changed(run, acme, bob, roadmap):
    remove_member(organization=acme, user=bob, successor=User.objects.get(username="carol"), actor=OPERATOR)
    Library.objects.get(natural_id="press-kit").delete()
    User.objects.get(username="frank").delete()

    assert set(run("seed_demo", "--json").document["users"]) == set(demo.usernames())
    assert Library.objects.filter(natural_id="press-kit").exists()
    assert not bob.groups.exists()
    assert level_of(User.objects.get(username="carol"), roadmap) == Level.OWNER


def test_it_leaves_a_database_in_use_alone(run, refusal_of, empty_world):
    make_user("admin", is_superuser=True).set_password("ours")
    for slug in (None, "acme"):
        if slug:
            Organization.objects.create(slug=slug, name="A real one")
        assert refusal_of("seed_demo") == "This database is not empty: the demo world can only be made in an empty one."
    assert not ApiKey.objects.exists()
    assert not Library.objects.exists()
