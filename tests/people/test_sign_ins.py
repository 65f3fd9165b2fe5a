"""R11: sign-ins, failures and lock-outs are events, for superusers alone; no flood of them fills the disk."""

from __future__ import annotations

import pytest
from django.test import Client

from libraries.admin.panels.timeline import lines
from libraries.errors import NotAdministrator
from libraries.events.feed import events_for
from libraries.models import Event, User
from libraries.people import sign_ins
from libraries.people.sign_ins import Allowance

PASSWORD = "correct horse battery staple"
ADDRESS = "203.0.113.7"


@pytest.fixture(autouse=True)
def allowances(monkeypatch):
    monkeypatch.setattr(sign_ins, "of_accounts", Allowance(60, lambda: 0))
    monkeypatch.setattr(sign_ins, "of_nobody", Allowance(3, lambda: 0))


@pytest.fixture
def knock(admin_user):
    admin_user.set_password(PASSWORD)
    admin_user.save()
    client = Client()

    def try_to(username, password, **more):
        form = {"username": username, "password": password, "next": "/admin/"}
        return client.post("/admin/login/", form, REMOTE_ADDR=ADDRESS, **more).status_code

    return try_to


def told():
    columns = ("action", "actor", "principal", "via", "address", "organization_id")
    return list(Event.objects.filter(action__startswith="sign_in.").order_by("position").values_list(*columns))


def test_a_sign_in_is_one(knock, admin_user):
    assert knock("admin", PASSWORD, headers={"X-Request-ID": "mine"}) == 302

    assert told() == [("sign_in.succeeded", "admin", "admin", "admin", ADDRESS, None)]
    event = Event.objects.get(action="sign_in.succeeded")
    assert (event.actor_id, event.request_id, event.key_id, event.details) == (admin_user.pk, "mine", None, {})


def test_failures_are_and_then_the_lock_out_once(knock):
    assert [knock("admin", "wrong") for _ in range(8)] == [200, 200, 200, 200, 429, 429, 429, 429]
    assert knock("admin", PASSWORD) == 429

    failed = ("sign_in.failed", "", "admin", "admin", ADDRESS, None)
    assert told() == [failed] * 5 + [("sign_in.locked_out", "", "admin", "admin", ADDRESS, None)]


@pytest.mark.parametrize("name", [PASSWORD, "no such account", "x" * 10_000, "ADMIN", "a\u202eb"])
def test_a_name_that_is_no_accounts_is_not_kept(knock, name):
    assert knock(name, "wrong") == 200

    assert [each[:3] for each in told()] in ([("sign_in.failed", "", "")], [])
    assert name not in str(list(Event.objects.values()))


def test_a_flood_of_names_writes_so_many_and_hides_no_failure_of_an_account(knock):
    for number in range(10):
        knock(f"nobody-{number}", "wrong")
    knock("admin", "wrong")

    assert [each[2] for each in told()] == ["", "", "", "admin"]


def test_a_minute_later_there_is_room_again():
    now = [0.0]
    allowance = Allowance(2, lambda: now[0])
    assert [allowance.take() for _ in range(4)] == [True, True, False, False]
    now[0] = 60
    assert [allowance.take() for _ in range(3)] == [True, True, False]


def test_superusers_alone_read_them(knock, admin_user, alice, bob, client_for, console_for):
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    knock("admin", PASSWORD)
    knock("alice", "wrong")

    assert events_for(admin_user).filter(action__startswith="sign_in.").count() == 2
    assert not events_for(alice).filter(action__startswith="sign_in.").exists()
    with pytest.raises(NotAdministrator):
        events_for(bob)
    feeds = {who: client_for(who).get("/api/events?action=sign_in.failed").json() for who in ("admin", "alice")}
    assert {who: feed["count"] for who, feed in feeds.items()} == {"admin": 1, "alice": 0}
    [event] = feeds["admin"]["_embedded"]["inf:event"]
    assert (event["actor"], event["principalId"], event["organization"], event["address"]) == (
        None,
        "alice",
        None,
        ADDRESS,
    )
    lists = {who: console_for(User.objects.get(username=who)).get("/admin/libraries/event/?q=alice") for who in feeds}
    found = {who: {row.action for row in answer.context["cl"].result_list} for who, answer in lists.items()}
    assert "sign_in.failed" in found["admin"]
    assert "sign_in.failed" not in found["alice"]


def test_the_timeline_tells_of_them(knock):
    for password in ("wrong", PASSWORD):
        knock("admin", password)
    knock("nobody", "wrong")
    shown = lines(Event.objects.filter(action__startswith="sign_in.").order_by("position"))
    assert [(entry.actor, entry.before) for entry in shown] == [
        ("somebody", "failed to sign in as admin"),
        ("admin", "signed in"),
        ("somebody", "failed to sign in as nobody who has an account"),
    ]


@pytest.fixture
def console_for():
    def sign_in(user):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
