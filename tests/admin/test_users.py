"""/admin/libraries/user/: accounts opened, changed, deactivated, deleted; and no way around membership."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from libraries.access.check import can
from libraries.models import OPERATOR, ApiKey, User
from libraries.people.administrators import set_administrator
from libraries.rules.levels import Action
from tests.admin.pages import errors, messages, recorded

LIST = "/admin/libraries/user/"
PASSWORD = "correct horse battery staple"
EVENT = ("action", "actor", "principal", "details")


def page(user):
    return f"{LIST}{user.pk}/change/"


def test_an_account_is_opened_without_a_password(console):
    response = console.save(f"{LIST}add/", username="grace", email="grace@acme.example", first_name="Grace")

    grace = User.objects.get(username="grace")
    assert response.headers["Location"] == page(grace)
    assert (grace.email, grace.first_name, grace.is_staff) == ("grace@acme.example", "Grace", False)
    assert not grace.has_usable_password()
    assert recorded(*EVENT) == [("user.created", "admin", "grace", {})]


def test_an_account_is_opened_with_a_password_where_one_is_set(console):
    console.save(f"{LIST}add/", username="grace", usable_password="true", password1=PASSWORD, password2=PASSWORD)

    assert User.objects.get(username="grace").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"username": "alice"}, {"username": ["User with this Username already exists."]}),
        ({"username": "ALICE"}, {"username": ["User with this Username already exists."]}),
        (
            {"username": "Everyone"},
            {"username": ["A username may not be “everyone”, nor start with “team:” or “org:”."]},
        ),
        (
            {"username": "аlice"},
            {"username": ["The letters of a username are all of one script: some of these only look like others."]},
        ),
        (
            {"username": "alice@acme.example"},
            {"username": ["A username has letters, digits, and the characters . _ + - alone."]},
        ),
        (
            {"username": "grace", "email": "Alice@ACME.example"},
            {"__all__": ["Constraint “user_email_unique” is violated."]},
        ),
        (
            {"username": "grace", "usable_password": "true"},
            {"password1": ["This field is required."], "password2": ["This field is required."]},
        ),
        (
            {"username": "grace", "usable_password": "true", "password1": "short", "password2": "short"},
            {"password2": ["This password is too short. It must contain at least 12 characters."]},
        ),
    ],
)
def test_an_account_that_cannot_be_is_refused(console, values, told):
    response = console.save(f"{LIST}add/", **values)

    assert errors(response) == told
    assert not User.objects.filter(username="grace").exists()
    assert recorded(*EVENT) == []


def test_an_account_is_changed(console, bob):
    console.save(page(bob), username="robert", email="robert@acme.example", is_staff="on")

    bob.refresh_from_db()
    assert (bob.username, bob.email, bob.is_staff) == ("robert", "robert@acme.example", True)
    assert recorded(*EVENT) == [
        (
            "user.changed",
            "admin",
            "bob",
            {
                "username": ["bob", "robert"],
                "email": ["bob@acme.example", "robert@acme.example"],
                "is_staff": [False, True],
            },
        )
    ]


def test_a_name_from_before_stays_until_it_is_changed(console, bob):
    User.objects.filter(pk=bob.pk).update(username="bob@acme.example")

    assert console.save(page(bob), first_name="Robert").status_code == 302
    refused = console.save(page(bob), username="rоbert")

    assert list(errors(refused)) == ["username"]
    bob.refresh_from_db()
    assert (bob.username, bob.first_name) == ("bob@acme.example", "Robert")


def test_that_a_password_was_changed_is_told_to_superusers_alone(console, console_of, alice, bob, acme):
    console.save(f"{LIST}{bob.pk}/password/", password1=PASSWORD, password2=PASSWORD, usable_password="true")
    administrator = console_of(alice)

    assert b"Changed password" in console.get(f"{LIST}{bob.pk}/history/").content
    assert f"{LIST}{bob.pk}/history/".encode() in console.get(page(bob)).content
    assert administrator.get(f"{LIST}{bob.pk}/history/").status_code == 403
    pages = (page(bob), "/admin/", "/admin/libraries/event/", LIST, f"/admin/libraries/organization/{acme.pk}/history/")
    for path in pages:
        response = administrator.get(path)
        assert response.status_code == 200, path
        assert b"assword" not in response.content.replace(b"password_change", b"").replace(b"Change password", b""), (
            path
        )
        assert f"{LIST}{bob.pk}/history/".encode() not in response.content, path


def test_a_deactivated_account_may_do_nothing_until_it_is_active_again(console, bob, roadmap):
    form = console.open(page(bob))
    del form["is_active"]
    console.send(page(bob), form)

    assert not can(User.objects.get(pk=bob.pk), roadmap, Action.VIEW)
    assert [details for *_, details in recorded(*EVENT)] == [{"is_active": [True, False]}]

    console.save(page(bob), is_active="on")

    assert can(User.objects.get(pk=bob.pk), roadmap, Action.TRANSFER)


def test_somebody_stays_in_charge_r14(console, admin_user, erin, frank, lab_notes):
    form = console.open(page(erin))
    del form["is_active"]
    told = "erin is the only active administrator of “globex”. Make another member an administrator first. (R14)"
    assert errors(console.send(page(erin), form)) == {"__all__": [told]}

    lab_notes.delete()
    alone = console.client.post(f"{LIST}{erin.pk}/delete/", {"post": "yes"}, follow=True)
    assert messages(alone) == [f"Nothing was changed: {told}"]
    assert User.objects.filter(pk=erin.pk, is_active=True).exists()
    assert recorded(*EVENT) == []


def test_many_are_deleted_together_or_not_at_all_r14(console, erin, frank, lab_notes):
    lab_notes.delete()
    console.choose(LIST, "delete_selected", erin, frank, post="yes")
    assert User.objects.filter(username__in=["erin", "frank"]).count() == 2
    assert recorded(*EVENT) == []

    set_administrator(organization=lab_notes.organization, user=frank, administrator=True, actor=OPERATOR)
    console.choose(LIST, "delete_selected", erin, frank, post="yes")
    assert not User.objects.filter(username__in=["erin", "frank"]).exists()


def test_groups_and_permissions_are_not_given_here(console, dave, engineering, handbook):
    form = {
        **console.open(page(dave)),
        "first_name": "David",
        "groups": [str(engineering.group_id)],
        "user_permissions": [str(pk) for pk in Permission.objects.values_list("pk", flat=True)],
        "password": "x",
    }
    before = (set(dave.groups.all()), dave.password)

    console.send(page(dave), form)

    dave.refresh_from_db()
    assert dave.first_name == "David"
    assert (set(dave.groups.all()), dave.password) == before
    assert not dave.user_permissions.exists()
    assert not can(dave, handbook, Action.VIEW)


def test_nobody_shuts_themselves_out(console, admin_user):
    form = console.open(page(admin_user))
    assert not {"is_active", "is_staff", "is_superuser"} & set(form)

    console.send(page(admin_user), {**form, "last_name": "Root"})
    deleted = console.send(f"{LIST}{admin_user.pk}/delete/", {"post": "yes"})
    chosen = console.choose(LIST, "delete_selected", admin_user, post="yes")

    assert deleted.status_code == 403
    assert b"admin: yourself" in chosen.content
    admin_user.refresh_from_db()
    assert (admin_user.last_name, admin_user.is_active, admin_user.is_superuser) == ("Root", True, True)


def test_a_password_is_set_and_unset(console, bob):
    path = f"{LIST}{bob.pk}/password/"
    client = Client()

    console.send(path, {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD, "set-password": "1"})

    assert User.objects.get(pk=bob.pk).check_password(PASSWORD)
    assert client.login(username="bob", password=PASSWORD, request=client.get("/admin/login/").wsgi_request)

    refused = console.send(path, {"usable_password": "true", "password1": PASSWORD, "password2": "other"})
    assert "password2" in refused.context["form"].errors

    console.send(path, {"usable_password": "false", "unset-password": "1"})

    assert not User.objects.get(pk=bob.pk).has_usable_password()
    assert recorded(*EVENT) == [("user.changed", "admin", "bob", {"password": [None, None]})] * 2
    assert console.get(f"{LIST}nonsense/password/").status_code == 404


def test_an_account_with_shares_is_kept(console, alice, frank):
    kept = console.send(f"{LIST}{alice.pk}/delete/", {"post": "yes"})

    assert b"alice: a share on handbook" in kept.content
    assert User.objects.filter(pk=alice.pk).exists()

    together = console.choose(LIST, "delete_selected", alice, frank, post="yes")

    assert b"alice: a share on press-kit" in together.content
    assert User.objects.filter(pk=frank.pk).exists()
    assert recorded(*EVENT) == []


def test_an_account_without_shares_is_deleted_with_its_keys_and_memberships(console, frank, key_for):
    key_for("frank")

    done = console.client.post(f"{LIST}{frank.pk}/delete/", {"post": "yes"}, follow=True)

    assert messages(done) == ["The user “frank” was deleted successfully."]
    assert not User.objects.filter(pk=frank.pk).exists()
    assert not ApiKey.objects.filter(user=frank.pk).exists()
    assert [(action, principal) for action, _, principal, _ in recorded(*EVENT)] == [
        ("key.revoked", "frank"),
        ("member.removed", "frank"),
        ("user.deleted", "frank"),
    ]


def test_a_page_tells_where_somebody_is(console, carol):
    html = console.get(page(carol)).content.decode()
    assert "acme/data-science, acme/engineering" in html
    assert f"/admin/libraries/share/?user__id__exact={carol.pk}" in html


@pytest.mark.parametrize(
    ("query", "usernames"),
    [("q=erin", ["erin"]), ("q=globex.example", ["erin", "frank"]), ("is_superuser__exact=1", ["admin"])],
)
def test_accounts_are_found(console, query, usernames):
    assert [user.username for user in console.get(f"{LIST}?{query}").context["cl"].result_list] == usernames


def test_members_of_an_organization_or_team_are_listed(console, globex, engineering):
    for group, usernames in ((globex, ["erin", "frank"]), (engineering, ["bob", "carol"])):
        listed = console.get(f"{LIST}?in={group.pk}").context["cl"].result_list
        assert [user.username for user in listed] == usernames
