"""/admin/libraries/apikey/: made, shown once, revoked; never read again and never changed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session

from libraries.keys import find_api_key
from libraries.models import ApiKey, Event
from tests.admin.pages import errors, messages
from tests.clients import ApiClient

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
        {"key": "nightly"},
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
    assert html.count('type="checkbox" name="scopes"') == 4

    none = console.save(ADD, user=str(bob.pk), name="nightly", scopes=[])
    unknown = make(console, bob, scopes=["everything"])

    assert errors(none) == {"scopes": ["This field is required."]}
    assert errors(unknown) == {"scopes": ["Select a valid choice. everything is not one of the available choices."]}
    assert not ApiKey.objects.filter(name="nightly").exists()


def test_an_end_that_has_passed_is_refused(console, bob):
    refused = make(console, bob, expires_at="2001-01-01T00:00:00")

    assert errors(refused) == {"expires_at": ["That moment is in the past. (R3)"]}
    assert not ApiKey.objects.filter(name="nightly").exists()


def test_an_inactive_account_gets_none(console, bob):
    bob.is_active = False
    bob.save()

    refused = make(console, bob)

    assert errors(refused) == {"user": ["bob is inactive: no key of theirs opens anything."]}
    assert not ApiKey.objects.filter(name="nightly").exists()


def test_keys_are_revoked_at_once(console, bob):
    secret = make(console, bob).context["secret"]
    key = ApiKey.objects.get(name="nightly")
    assert ApiClient(secret).get("/api/me").status_code == 200

    done = console.choose(LIST, "revoke", key)

    assert messages(done) == [f"Revoked: {key}."]
    assert ApiClient(secret).get("/api/me").status_code == 401
    assert Event.objects.filter(via="admin").latest("id").action == "key.revoked"

    again = console.choose(LIST, "revoke", key)

    assert messages(again) == ["Nothing was changed: these were revoked before."]
    assert Event.objects.filter(via="admin", action="key.revoked").count() == 1


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
    ("query", "names"), [("state=live", ["fresh"]), ("state=revoked", ["old"]), ("q=bob", ["fresh", "old"]), ("q=fre", ["fresh"])]
)  # fmt: skip
def test_keys_are_found(console, bob, query, names):
    make(console, bob, name="old")
    console.choose(LIST, "revoke", ApiKey.objects.get(name="old"))
    make(console, bob, name="fresh")

    rows = console.get(f"{LIST}?{query}").context["cl"].result_list
    assert [key.name for key in rows] == names
