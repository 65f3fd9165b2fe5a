"""/admin/libraries/apikey/: made, shown once, revoked; never read again and never changed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.contrib.staticfiles.finders import find
from django.test import Client
from django.utils.formats import date_format

from libraries.models import OPERATOR, ApiKey, Event, Scope
from libraries.people.keys import create_api_key, find_api_key, revoke_api_key
from libraries.people.service_accounts import create_service_account
from tests.admin.pages import errors, messages
from tests.clients import ApiClient
from tests.factories import let_time_pass

LIST = "/admin/libraries/apikey/"
ADD = f"{LIST}add/"


def make(console, user, **values: Any):
    return console.save(ADD, **{"user": str(user.pk), "name": "nightly", "scopes": ["library:read"], **values})


def test_a_key_is_made_and_opens_what_it_says(console, bob):
    response = make(console, bob, scopes=["library:read", "library:write"], expires_at="2100-01-31T12:00:00")

    secret = response.context["secret"]
    key = find_api_key(secret)
    assert key
    assert (key.user, key.name, key.scopes) == (bob, "nightly", ["library:read", "library:write"])
    assert key.expires_at == datetime(2100, 1, 31, 12, tzinfo=UTC)
    assert ApiClient(secret).get("/api/me").json()["username"] == "bob"
    event = Event.objects.get(via="admin")
    assert (event.action, event.actor, event.principal, event.details) == (
        "key.created",
        "admin",
        "bob",
        {"key": "nightly", "madeForThemBy": "admin"},
    )


def test_its_secret_is_in_that_one_answer_and_nowhere_else(console, bob, caplog, capsys):
    response = make(console, bob)
    secret = response.context["secret"]

    assert response.content.decode().count(secret) == 1
    assert "no-store" in response.headers["Cache-Control"]
    kept = [
        *(cookie.value for cookie in console.client.cookies.values()),
        *(session.get_decoded().values() for session in Session.objects.all()),
        *LogEntry.objects.values_list("object_repr", "change_message"),
        *Event.objects.values_list("details", "principal"),
        *ApiKey.objects.values(),
        caplog.text,
        *capsys.readouterr(),
    ]
    random = secret.removeprefix(response.context["key"].hint)
    assert not [place for place in kept if random in str(place)]
    key = ApiKey.objects.get(name="nightly")
    for path in (LIST, f"{LIST}{key.pk}/change/", f"{LIST}{key.pk}/history/", "/admin/"):
        assert random not in console.get(path).content.decode(), path


def test_scopes_are_checkboxes_and_one_is_needed(console, bob):
    html = console.get(ADD).content.decode()
    assert html.count('type="checkbox" name="scopes"') == len(Scope)

    none = console.save(ADD, user=str(bob.pk), name="nightly", scopes=[])
    unknown = make(console, bob, scopes=["everything"])

    assert errors(none) == {"scopes": ["This field is required."]}
    assert errors(unknown) == {"scopes": ["Select a valid choice. everything is not one of the available choices."]}
    assert not ApiKey.objects.filter(name="nightly").exists()


def test_an_end_that_has_passed_is_refused(console, bob):
    refused = make(console, bob, expires_at="2001-01-01T00:00:00")

    assert errors(refused) == {
        "expires_at": ["The expiry date is in the past. Enter another date, or leave it empty. (R3)"]
    }
    assert not ApiKey.objects.filter(name="nightly").exists()


def test_an_inactive_account_gets_none(console, bob):
    bob.is_active = False
    bob.save()

    refused = make(console, bob)

    assert errors(refused) == {"user": ["bob is inactive: their keys give no access."]}
    assert not ApiKey.objects.filter(name="nightly").exists()


def test_keys_are_revoked_at_once(console, bob):
    secret = make(console, bob).context["secret"]
    key = ApiKey.objects.get(name="nightly")
    assert ApiClient(secret).get("/api/me").status_code == 200

    done = console.choose(LIST, "revoke", key)

    assert messages(done) == [f"Revoked: {key}. Requests that bring it are refused from now on."]
    assert ApiClient(secret).get("/api/me").status_code == 401
    assert Event.objects.filter(via="admin").latest("id").action == "key.revoked"

    again = console.choose(LIST, "revoke", key)

    assert messages(again) == ["Nothing was changed: these were revoked before."]
    assert Event.objects.filter(via="admin", action="key.revoked").count() == 1


def test_one_click_revokes_one_from_the_list_and_from_its_page(console, bob):
    for path in (LIST, f"{LIST}KEY/change/"):
        secret = make(console, bob).context["secret"]
        key = ApiKey.objects.latest("id")
        revoke = f"{LIST}{key.pk}/revoke/"
        button = f'<button type="submit" class="button" formaction="{revoke}" aria-label="Revoke {key}">Revoke</button>'
        page = path.replace("KEY", str(key.pk))
        assert button in console.get(page).content.decode()
        assert console.get(revoke).status_code == 405
        assert ApiClient(secret).get("/api/me").status_code == 200

        done = console.client.post(revoke, follow=True)

        assert done.redirect_chain == [(LIST, 302)]
        assert messages(done) == [f"Revoked: {key}. Requests that bring it are refused from now on."]
        assert ApiClient(secret).get("/api/me").status_code == 401
        assert "formaction" not in console.get(f"{LIST}{key.pk}/change/").content.decode()


def family_of(user):
    """Three keys of theirs: with the first the second was made, and with that the third."""
    keys: list[ApiKey] = []
    for name in ("root", "child", "grandchild"):
        parent = keys[-1] if keys else None
        keys.append(create_api_key(user=user, name=name, asking_key=parent, actor=user)[0])
    return keys


def live():
    return list(ApiKey.objects.filter(revoked_at=None).order_by("pk").values_list("name", flat=True))


@pytest.mark.parametrize("way", ["button", "action"])
def test_what_ends_along_is_shown_before_it_does(console, bob, way):
    root, child, grandchild = family_of(bob)
    path = f"{LIST}{root.pk}/revoke/" if way == "button" else LIST
    chosen = {} if way == "button" else {"action": "revoke", "_selected_action": [str(root.pk)], "index": "0"}

    asked = console.client.post(path, chosen)

    assert asked.status_code == 200
    assert asked.context["along"] == [child, grandchild]
    assert all(str(key) in asked.content.decode() for key in (root, child, grandchild))
    assert live() == ["root", "child", "grandchild"]

    sent: dict[str, list[str]] = {}
    for name, value in [*asked.context["posted"], ("confirmed", asked.context["confirmed"])]:
        sent.setdefault(name, []).append(value)
    late, _ = create_api_key(user=bob, name="late", asking_key=child, actor=bob)
    assert console.client.post(path, sent).context["along"] == [child, grandchild, late]
    assert live() == ["root", "child", "grandchild", "late"]

    revoke_api_key(key=late, actor=bob)
    done = console.client.post(path, sent, follow=True)

    told = f"Revoked: {root}, {child}, {grandchild}. Requests that bring it are refused from now on."
    assert messages(done) == [told]
    assert live() == []
    assert Event.objects.filter(via="admin", action="key.revoked", actor="admin").count() == 3


def test_a_key_made_here_knows_its_maker_and_ends_alone(console, bob, admin_user):
    make(console, bob)
    key = ApiKey.objects.get(name="nightly")
    assert (key.made_by, key.made_by_key) == (admin_user, None)
    page = console.get(f"{LIST}{key.pk}/change/").content.decode()
    assert "Made by:" in page
    assert "Made by key:" in page


def test_a_click_without_the_pages_token_revokes_nothing(console, admin_user, bob):
    make(console, bob)
    key = ApiKey.objects.get(name="nightly")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user, backend="django.contrib.auth.backends.ModelBackend")

    assert strict.post(f"{LIST}{key.pk}/revoke/").status_code == 403
    key.refresh_from_db()
    assert key.revoked_at is None


def test_administrators_make_and_revoke_their_own_and_service_accounts(console_of, alice, bob, erin, acme):
    robot = create_service_account(organization=acme, name="robot", actor=OPERATOR)
    console = console_of(alice)
    assert console.open(ADD)["user"] == [str(alice.pk)]

    own, service, persons = make(console, alice), make(console, robot), make(console, bob)

    assert ApiClient(own.context["secret"]).get("/api/me").json()["username"] == "alice"
    assert ApiClient(service.context["secret"]).get("/api/me").json()["username"] == "acme.robot"
    assert errors(persons) == {
        "user": [
            "You cannot manage the API keys of “bob”: only your own, and those of the service accounts of an"
            " organization that you administer. Let them do it themselves, or ask a superuser. (R13)"
        ]
    }
    assert not ApiKey.objects.filter(user=bob).exists()

    revoke = f"{LIST}{ApiKey.objects.get(user=robot).pk}/revoke/"
    assert messages(console_of(erin).client.post(revoke, follow=True))[0].startswith("API key with ID")
    assert ApiKey.objects.get(user=robot).revoked_at is None
    console.send(revoke, {})
    assert ApiKey.objects.get(user=robot).revoked_at is not None


def test_the_secret_has_a_copy_button_that_waits_for_its_script(console, bob):
    response = make(console, bob)

    html = response.content.decode()
    assert '<script src="/static/libraries/copy.js" defer></script>' in html
    assert 'data-copy="secret" hidden>Copy</button>' in html
    assert find("libraries/copy.js")


def test_a_key_tells_when_it_was_last_used(console, bob):
    secret = make(console, bob).context["secret"]
    key = ApiKey.objects.get(name="nightly")
    assert key in console.get(f"{LIST}?state=unused").context["cl"].result_list

    ApiClient(secret).get("/api/me")

    assert key not in console.get(f"{LIST}?state=unused").context["cl"].result_list
    key.refresh_from_db()
    assert key.last_used_at
    assert date_format(key.last_used_at, "DATETIME_FORMAT") in console.get(f"{LIST}{key.pk}/change/").content.decode()


def test_a_key_is_never_changed_nor_deleted(console, bob):
    make(console, bob)
    key = ApiKey.objects.get(name="nightly")
    before = ApiKey.objects.filter(pk=key.pk).values().get()

    changed = console.send(f"{LIST}{key.pk}/change/", {"name": "x", "digest": "0" * 64, "scopes": ["access:check"]})
    deleted = console.send(f"{LIST}{key.pk}/delete/", {"post": "yes"})
    chosen = console.choose(LIST, "delete_selected", key, post="yes")

    assert (changed.status_code, deleted.status_code) == (403, 403)
    assert messages(chosen) == ["No action selected."]
    assert ApiKey.objects.filter(pk=key.pk).values().get() == before
    assert before["digest"] not in console.get(f"{LIST}{key.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("state=live", ["fresh"]), ("state=unused", ["fresh"]), ("state=revoked", ["old"]), ("state=expired", ["over"]),
        ("q=bob", ["fresh", "over", "old"]), ("q=fre", ["fresh"]),
    ]
)  # fmt: skip
def test_keys_are_found(console, bob, query, names):
    make(console, bob, name="old")
    console.choose(LIST, "revoke", ApiKey.objects.get(name="old"))
    make(console, bob, name="over", expires_at="2100-01-31T12:00:00")
    let_time_pass(days=100 * 365)
    make(console, bob, name="fresh")

    rows = console.get(f"{LIST}?{query}").context["cl"].result_list
    assert [key.name for key in rows] == names
