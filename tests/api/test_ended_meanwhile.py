"""A key that is revoked, an account that is deactivated, a superuser who is none any more, while a call is under way.

Whichever moment it happens at: before the body has come, between the look-up and the change, or while the call waits
for a lock. Nothing is written by who may not write any more, and the answer is as if it had happened before the call.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from libraries.api import authentication
from libraries.models import OPERATOR, ApiKey, Library, Organization, User
from libraries.people.accounts import change_account
from libraries.people.administrators import set_administrator
from libraries.people.keys import find_api_key, revoke_api_key
from libraries.people.service_accounts import create_service_account
from tests.api.hal.calls import CALLS, HANDBOOK, OLD_KEY, ROBOTS_KEY, snapshot
from tests.writes import SHARE_WITH_CAROL, Write, with_id_of_carol

HAL_WRITES = {name: (call.method, call.path, call.body) for name, call in CALLS.items() if call.writes}
WRITES: dict[str, Write] = {
    "hal": HAL_WRITES["putShare"],
    "hal many": HAL_WRITES["postShares"],
    **SHARE_WITH_CAROL,
}
"""One call of each dialect that changes something, as alice or a superuser may make it."""
DECISION = (
    "POST",
    "/access/v1/evaluation",
    {
        "subject": {"type": "user", "id": "alice"},
        "action": {"name": "read"},
        "resource": {"type": "library", "id": "handbook"},
    },
)
ENDS: dict[str, Callable[[User], Any]] = {
    "revoked": lambda user: user.api_keys.filter(name="test").update(revoked_at=timezone.now()),
    "expired": lambda user: user.api_keys.filter(name="test").update(expires_at=timezone.now()),
    "deactivated": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
}
FROM_A_SUPERUSER: dict[str, Callable[[User], Any]] = {
    **ENDS,
    "demoted": lambda user: User.objects.filter(pk=user.pk).update(is_superuser=False),
}


class Arriving(BytesIO):
    """A body with a moment before it, in which something happens."""

    def __init__(self, body: bytes, meanwhile: Callable[[], Any]) -> None:
        super().__init__(body)
        self._meanwhile: Callable[[], Any] | None = meanwhile

    def read(self, size: int | None = -1, /) -> bytes:
        if self._meanwhile:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()
        return super().read(size)


@pytest.fixture
def send(client_for, alice, carol, monkeypatch):
    """Make a call during which something happens: `send(call, "alice", while_it_comes=…)` or `between=…`.

    between: after the credential was looked up. Returns the answer, and whether anything else was changed.
    """

    def send(call, username, *, while_it_comes=None, between=None):
        method, path, body = call
        body = with_id_of_carol(body, str(carol.pk))
        user, client = User.objects.get(username=username), client_for(username)
        before = {}

        def happen(end):
            end(user)
            before.update(snapshot())

        if between:

            def find(secret):
                key = find_api_key(secret)
                happen(between)
                return key

            monkeypatch.setattr(authentication, "find_api_key", find)
        _make_a_robot()
        ApiKey.objects.create(pk=OLD_KEY, user=alice, name="old key", digest="0" * 64)  # that the call can be made of
        sent = None if body is None else client_body(body)
        if while_it_comes:
            stream = Arriving(sent or b"", lambda: happen(while_it_comes))
            answer = client.client.generic(
                method,
                path,
                sent or b"",
                content_type="application/json",
                headers=client.headers,
                **{"wsgi.input": stream},
            )
        else:
            answer = client.send(method, path, sent)
        return answer, snapshot() != before

    return send


def _make_a_robot() -> None:
    """The service account that calls can be about, with a key."""
    acme = Organization.objects.get(slug="acme")
    robot = create_service_account(organization=acme, name="robot", actor=OPERATOR)
    ApiKey.objects.create(pk=ROBOTS_KEY, user=robot, name="its key", digest="1" * 64)


def client_body(body: Any) -> bytes:

    return json.dumps(body).encode()


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", WRITES)
def test_what_ends_before_the_body_has_come_opens_nothing(send, name, end):
    answer, changed = send(WRITES[name], "alice", while_it_comes=ENDS[end])
    assert (answer.status_code, changed) == (401, False)
    assert answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("end", ENDS)
def test_nor_is_a_decision_made_for_it(send, end):
    answer, _ = send(DECISION, "alice", while_it_comes=ENDS[end])
    assert answer.status_code == 401


@pytest.mark.parametrize("name", WRITES)
def test_a_superuser_who_is_none_when_the_body_has_come_is_a_stranger(send, name):
    answer, changed = send(WRITES[name], "admin", while_it_comes=FROM_A_SUPERUSER["demoted"])
    assert (answer.status_code, changed) == (404, False)


@pytest.mark.parametrize("when", ["while_it_comes", "between"])
@pytest.mark.parametrize("username", ["alice", "admin"])
@pytest.mark.parametrize("name", WRITES)
def test_the_same_call_works_where_nothing_happens(send, name, username, when):
    answer, changed = send(WRITES[name], username, **{when: lambda user: None})
    assert (answer.status_code in (200, 201), changed) == (True, True)


@pytest.mark.parametrize("end", FROM_A_SUPERUSER)
@pytest.mark.parametrize("name", WRITES)
def test_what_ends_after_it_was_looked_up_writes_nothing(send, name, end):
    answer, changed = send(WRITES[name], "admin", between=FROM_A_SUPERUSER[end])
    assert (answer.status_code, changed) == (403 if end == "demoted" else 401, False)


@pytest.mark.parametrize("name", HAL_WRITES)
def test_no_call_of_the_native_api_writes_with_a_key_that_ended(send, name):
    answer, changed = send(HAL_WRITES[name], CALLS[name].caller, between=ENDS["revoked"])
    assert (answer.status_code, changed) == (401, False)
    assert answer.json()["detail"] == "The key is unknown, expired or revoked."


def test_a_power_that_was_not_there_before_takes_nothing_away(send):
    """Who becomes a superuser meanwhile has no less than they had."""
    promoted = lambda user: User.objects.filter(pk=user.pk).update(is_superuser=True)  # noqa: E731
    answer, changed = send(WRITES["hal"], "alice", between=promoted)
    assert (answer.status_code, changed) == (200, True)


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"a": 1, "a": 2}'])
@pytest.mark.parametrize("name", [*WRITES, "authzen"])
def test_who_has_no_key_is_told_so_whatever_the_body_is(client_for, world, name, body):
    method, path, _ = {**WRITES, "authzen": DECISION}[name]
    assert client_for(None).send(method, path, body).status_code == 401
    assert client_for("alice").send(method, path, body).status_code in (400, 422)


class Torn(BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError("gone")


def test_a_body_that_does_not_arrive_is_told_after_the_key(client_for, world):
    for username, status in ((None, 401), ("alice", 400)):
        client = client_for(username)
        answer = client.client.generic(
            "PUT",
            f"{HANDBOOK}/shares/bob",
            b"{}",
            content_type="application/json",
            headers=client.headers,
            **{"wsgi.input": Torn()},
        )
        assert answer.status_code == status


def by_revocation(user: User) -> None:
    revoke_api_key(key=user.api_keys.get(name="test"), actor=user)


def by_deactivation(user: User) -> None:
    acme = Organization.objects.get(slug="acme")
    set_administrator(organization=acme, user=User.objects.get(username="carol"), administrator=True, actor=OPERATOR)
    change_account(user=user, changes={"is_active": False}, actor=User.objects.get(username="admin"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("end", "status"), [(by_revocation, 401), (by_deactivation, 401), (lambda user: None, 200)])
def test_what_ends_while_the_call_waits_for_its_lock_writes_nothing(
    client_for, alice, handbook, monkeypatch, end, status
):
    """Somebody has the library locked when the call is let in, and ends what it came with before letting go of it."""
    client = client_for("alice")
    looked_up, answers = Signal(), []

    def find(secret):
        try:
            return find_api_key(secret)
        finally:
            looked_up.set()

    def call():
        try:
            answers.append(client.put(f"{HANDBOOK}/shares/bob", {"accessLevel": 1}).status_code)
        finally:
            connections.close_all()

    monkeypatch.setattr(authentication, "find_api_key", find)
    waiting = Thread(target=call)
    with transaction.atomic():
        Library.objects.select_for_update(no_key=True).get(pk=handbook.pk)
        waiting.start()
        assert looked_up.wait(30)
        end(alice)
    waiting.join(30)

    assert answers == [status]
    assert handbook.shares.filter(user__username="bob").exists() == (status == 200)
