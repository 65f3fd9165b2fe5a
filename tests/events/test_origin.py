"""R11: an event says by which key it was asked for, and from which address."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.test import Client

from libraries.limits.callers import client_address
from libraries.models import ApiKey, Event
from tests.admin.pages import Console
from tests.clients import ApiClient

ADDRESS = "203.0.113.7"
SHARES = "/api/libraries/handbook/shares"


@pytest.fixture
def asking(key_for):
    """Alice's key, and a client that asks with it from afar."""
    client = ApiClient(key_for("alice"))
    client.client.defaults["REMOTE_ADDR"] = ADDRESS
    return ApiKey.objects.latest("pk"), client


def latest():
    return Event.objects.order_by("-position").values_list("action", "via", "key_id", "address").first()


def test_a_dialect_names_the_key_and_the_address(asking, handbook, erin):
    key, client = asking
    assert client.put(f"{SHARES}/erin", {"accessLevel": 1}).status_code == 200
    assert latest() == ("share.created", "hal", key.pk, ADDRESS)

    client.client.defaults["REMOTE_ADDR"] = "2001:db8::7"
    body = {"level": "Editor", "share_with_type": "User", "share_with_uuid": str(erin.pk)}
    assert client.put("/v1/libraries/handbook/share", body).status_code == 200
    assert latest() == ("share.changed", "mistral", key.pk, "2001:db8::7")


def test_so_do_many_shares_at_once(asking, handbook):
    key, client = asking
    shares = [{"principalId": name, "accessLevel": 1} for name in ("erin", "frank", "org:globex")]
    assert client.post(SHARES, {"shares": shares}).status_code == 200
    told = Event.objects.order_by("-position").values_list("key_id", "address")[:3]
    assert list(told) == [(key.pk, ADDRESS)] * 3


def test_the_next_request_is_not_taken_for_this_ones(asking, handbook, alice):
    key, client = asking
    client.put(f"{SHARES}/erin", {"accessLevel": 1})
    call_command("share", "handbook", "erin", "EDITOR", verbosity=0)
    assert latest() == ("share.changed", "command", None, None)


@pytest.fixture
def console(admin_user):
    client = Client()
    client.force_login(admin_user, backend="django.contrib.auth.backends.ModelBackend")
    return Console(client)


def test_the_console_has_an_address_and_no_key(console, handbook):
    share = handbook.shares.get(team__slug="engineering")
    form = {**console.open(f"/admin/libraries/share/{share.pk}/change/"), "note": "for the audit"}
    console.client.post(f"/admin/libraries/share/{share.pk}/change/", form, REMOTE_ADDR=ADDRESS)
    event = Event.objects.get(via="admin", action="share.changed")
    assert (event.key_id, event.address) == (None, ADDRESS)
    page = console.get(f"/admin/libraries/event/{event.pk}/change/").content.decode()
    assert ADDRESS in page


def test_an_export_tells_both(asking, capsys, handbook):
    key, client = asking
    client.put(f"{SHARES}/erin", {"accessLevel": 1})
    call_command("export_events", "--action", "share.created", "--principal", "erin")
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["keyId"], told["address"]) == (str(key.pk), ADDRESS)


def test_it_is_told_to_who_administers_and_to_no_mere_owner(client_for, roadmap):
    bob, admin = client_for("bob"), client_for("admin")
    bob.client.defaults["REMOTE_ADDR"] = ADDRESS
    assert bob.put("/api/libraries/roadmap/shares/dave", {"accessLevel": 1}).status_code == 200

    def newest(client):
        return client.get("/api/libraries/roadmap/events").json()["_embedded"]["inf:event"][0]

    assert newest(bob)["principalId"] == "dave"
    assert not {"keyId", "address"} & newest(bob).keys()
    key = str(ApiKey.objects.filter(user__username="bob").latest("pk").pk)
    for client in (client_for("alice"), admin):
        assert (newest(client)["keyId"], newest(client)["address"]) == (key, ADDRESS)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", None),
        ("unix:", None),
        ("1.2.3.4, 5.6.7.8", None),
        ("x" * 1000, None),
    ],
)
def test_an_address_is_one_or_none(given, address):
    assert client_address({"REMOTE_ADDR": given}) == address
    assert client_address({}) is None
