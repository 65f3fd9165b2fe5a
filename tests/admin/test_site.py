"""/admin/: who gets in, what is there, and what a crooked address gets."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import Client, RequestFactory

from libraries.models import OPERATOR, Event, Library, User
from libraries.people.administrators import set_administrator
from libraries.people.members import add_member
from libraries.people.service_accounts import create_service_account

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "correct horse battery staple"
OURS = [registered for registered in admin.site._registry.values() if registered.opts.app_label == "libraries"]
THEIRS = [registered for registered in admin.site._registry.values() if registered not in OURS]
DOORS = (
    "/admin/",
    "/admin/libraries/library/",
    "/admin/autocomplete/?app_label=libraries&model_name=share&field_name=user",
)
PAGES = {
    "apikey": "add",
    "event": "",
    "library": "add change delete",
    "librarygroupobjectpermission": "",
    "libraryuserobjectpermission": "",
    "organization": "add change delete",
    "organizationuserobjectpermission": "",
    "serviceaccount": "add change delete",
    "share": "change delete",
    "team": "add change delete",
    "user": "add change delete",
}
"""What may be done on the pages of each model, beside looking."""


def signed_in(user):
    client = Client()
    client.force_login(user, backend=MODEL_BACKEND)
    return client


def address(registered, rest=""):
    return f"/admin/libraries/{registered.opts.model_name}/{rest}"


def test_every_model_is_there():
    assert {registered.opts.model_name for registered in OURS} == set(PAGES)


@pytest.mark.parametrize("registered", OURS, ids=lambda registered: registered.opts.model_name)
def test_every_page_answers(console, key_for, acme, registered):
    key_for("alice")
    create_service_account(organization=acme, name="robot", actor=OPERATOR)
    everything = registered.model.objects.all()
    something = everything.get(username="bob") if registered.model is User else everything.first()
    may = PAGES[registered.opts.model_name].split()

    for query in ("", "?q=acme", f"?q={something.pk}", "?q=%22half", "?p=9999", "?o=1.-2", "?nonsense=1", "?all="):
        assert console.client.get(address(registered, query), follow=True).status_code == 200, query
    assert console.get(address(registered, "add/")).status_code == (200 if "add" in may else 403)
    assert console.get(address(registered, f"{something.pk}/change/")).status_code == 200
    assert console.send(address(registered, f"{something.pk}/change/"), {}).status_code == (
        200 if "change" in may else 403
    )
    assert console.get(address(registered, f"{something.pk}/delete/")).status_code == (200 if "delete" in may else 403)
    assert console.get(address(registered, f"{something.pk}/history/")).status_code == 200


@pytest.mark.parametrize("registered", OURS, ids=lambda registered: registered.opts.model_name)
def test_a_key_that_is_none_leads_back_to_the_start(console, registered):
    for key in ("nonsense", "0", "01a1fd6d-4566-7325-9de7-b9d3e818ce42", "9" * 30, "_00"):
        response = console.client.get(address(registered, f"{key}/change/"))
        assert response.status_code == 302, key
        assert response.headers["Location"] == "/admin/"


def test_groups_are_no_way_around_membership(console):
    assert not admin.site.is_registered(Group)
    assert console.get("/admin/auth/group/").status_code == 404


def test_superusers_come_in_and_staff_who_administer_an_organization(world, admin_user, alice, acme):
    steward = User.objects.create_user("steward", is_staff=True)
    steward.user_permissions.set(Permission.objects.all())
    add_member(organization=acme, user=steward, actor=OPERATOR)

    def opens(user):
        answers = [signed_in(user).get(path) for path in DOORS]
        stopped = [answer for answer in answers if answer.status_code == 302]
        assert all(answer.headers["Location"].startswith("/admin/login/?next=/admin/") for answer in stopped)
        return len(stopped) == 0 or (len(stopped) < len(DOORS) and None)

    assert (opens(admin_user), opens(alice), opens(steward)) == (True, False, False)

    User.objects.filter(pk=alice.pk).update(is_staff=True)
    set_administrator(organization=acme, user=steward, administrator=True, actor=OPERATOR)
    assert (opens(alice), opens(steward)) == (True, True)

    set_administrator(organization=acme, user=steward, administrator=False, actor=OPERATOR)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert (opens(alice), opens(steward)) == (False, False)


def test_pages_that_packages_bring_are_for_superusers_alone(admin_user, alice):
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    alice.user_permissions.set(Permission.objects.all())

    assert signed_in(alice).get("/admin/libraries/library/").status_code == 200
    for registered in THEIRS:
        path = f"/admin/{registered.opts.app_label}/{registered.opts.model_name}/"
        assert signed_in(alice).get(path).status_code == 403, path
        assert signed_in(admin_user).get(path).status_code == 200, path
        assert signed_in(admin_user).get(f"{path}add/").status_code == 403, path
    assert b"/admin/axes/" not in signed_in(alice).get("/admin/").content


def test_an_inactive_superuser_stays_out(admin_user):
    client = signed_in(admin_user)
    assert client.get("/admin/").status_code == 200

    User.objects.filter(pk=admin_user.pk).update(is_active=False)

    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("registered", OURS, ids=lambda registered: registered.opts.model_name)
def test_no_page_falls_open_through_model_wide_permissions(world, admin_user, registered):
    staff = User.objects.create_user("steward", is_staff=True)
    staff.user_permissions.set(Permission.objects.all())
    request = RequestFactory().get("/")
    asked = ["has_module_permission", *(f"has_{what}_permission" for what in ("view", "add", "change", "delete"))]

    request.user = staff
    assert not any(getattr(registered, question)(request) for question in asked)
    assert not any(inline.has_view_permission(request) for inline in registered.get_inline_instances(request))

    request.user = admin_user
    assert registered.has_view_permission(request)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("/admin/libraries/share/", "/admin/libraries/share/"),
        ("https://elsewhere.example/", "/admin/"),
        ("//elsewhere.example/admin/", "/admin/"),
        ("http:///elsewhere.example", "/admin/"),
        ("javascript:alert(1)", "/admin/"),
        ("/\\elsewhere.example", "/admin/"),
        ("", "/admin/"),
    ],
)
def test_who_signs_in_ends_on_a_page_of_ours(admin_user, wanted, found):
    admin_user.set_password(PASSWORD)
    admin_user.save()
    client = Client()

    answer = client.post("/admin/login/", {"username": "admin", "password": PASSWORD, "next": wanted})

    assert (answer.status_code, answer.headers["Location"]) == (302, found)
    assert client.get(found).status_code == 200


def test_wrong_passwords_lock_the_door(admin_user):
    admin_user.set_password(PASSWORD)
    admin_user.save()
    client = Client()

    def knock(password):
        return client.post("/admin/login/?next=/admin/", {"username": "admin", "password": password})

    assert knock(PASSWORD).status_code == 302
    client.logout()

    answers = [knock("wrong").status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert knock(PASSWORD).status_code == 429
    assert client.get("/admin/").status_code == 302


def test_characters_that_no_database_keeps_are_a_bad_request(console):
    for path in ("libraries/library/?q=%00", "libraries/event/?actor=%00", "libraries/share/?end=%00"):
        assert console.get(f"/admin/{path}").status_code == 400, path
    suggestions = "/admin/autocomplete/?app_label=libraries&model_name=share&field_name=user&term="
    assert console.get(f"{suggestions}%00").status_code == 400
    assert console.get(f"{suggestions}ali").json()["results"][0]["text"] == "alice"


def test_keys_that_are_none_are_a_bad_request(console):
    form = {"action": "delete_selected", "_selected_action": ["nonsense"], "post": "yes"}

    assert console.send("/admin/libraries/library/", form).status_code == 400
    assert Library.objects.count() == 4


def test_filters_with_nonsense_show_everything_or_nothing(console):
    for path in (
        "share/?end=x",
        "event/?action=x",
        "apikey/?state=x",
        "user/?in=x",
        "user/?in=99999999999999999999999",
    ):
        assert console.get(f"/admin/libraries/{path}").status_code == 200, path


def test_ones_own_password_is_changed_and_recorded(console, admin_user):
    admin_user.set_password(PASSWORD)
    admin_user.save()
    console.client.force_login(admin_user, backend=MODEL_BACKEND)
    new = {"new_password1": "staple battery horse", "new_password2": "staple battery horse"}

    refused = console.send("/admin/password_change/", {"old_password": "wrong", **new})

    assert "old_password" in refused.context["form"].errors
    assert not Event.objects.filter(via="admin").exists()

    assert console.send("/admin/password_change/", {"old_password": PASSWORD, **new}).status_code == 302

    admin_user.refresh_from_db()
    assert admin_user.check_password("staple battery horse")
    event = Event.objects.get(via="admin")
    assert (event.action, event.principal, event.details) == ("user.changed", "admin", {"password": [None, None]})


def test_nothing_inline_stands_in_a_page(console, handbook):
    """The content security policy would keep it from working."""
    for path in ("/admin/", "/admin/libraries/library/", f"/admin/libraries/library/{handbook.pk}/change/"):
        response = console.get(path)
        html = response.content.decode()
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert "<style" not in html
        assert " style=" not in html
        assert " onclick=" not in html
        assert "<script>" not in html
