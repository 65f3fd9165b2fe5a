"""Idempotency-Key on POSTs that create."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.db.models import F

from libraries import library_lifecycle
from libraries.models import Event, IdempotencyKey, Library, OrganizationUserObjectPermission, User
from libraries.rules.levels import Level
from tests.api.hal.calls import CALLS, snapshot
from tests.api.hal.documents import problem
from tests.at_once import at_once
from tests.factories import give

LIBRARIES = "/api/libraries"
ATLAS = {"name": "Atlas", "description": "Maps"}
CREATING = {name: call for name, call in CALLS.items() if call.creates}


@pytest.mark.parametrize("call", CREATING.values(), ids=CREATING)
def test_sent_again_it_makes_nothing_and_answers_the_same(client_for, call):
    client = client_for(call.caller)
    first = client.post(call.path, call.body, Idempotency_Key="once")
    before = snapshot()

    again = client.post(call.path, call.body, Idempotency_Key="once")

    assert first.status_code == again.status_code == call.status
    assert again.content == first.content
    for header in ("Location", "ETag", "Content-Type", "Cache-Control"):
        assert again.headers.get(header) == first.headers.get(header)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert snapshot() == before


@pytest.mark.parametrize("call", CREATING.values(), ids=CREATING)
def test_without_a_key_each_is_a_request_of_its_own(client_for, call):
    client = client_for(call.caller)
    answers = [client.post(call.path, call.body) for _ in range(2)]
    refused = call.path.endswith(("organizations", "service-accounts"))  # whose slug, or name, is taken then
    assert [answer.status_code for answer in answers] == [call.status, 422 if refused else call.status]
    assert not IdempotencyKey.objects.exists()


def test_how_the_body_is_written_makes_no_difference(client_for):
    client = client_for("alice")
    first = client.post(LIBRARIES, b'{"name": "Atlas", "description": "Maps"}', Idempotency_Key="once")
    again = client.post(LIBRARIES, b'{ "description":"M\\u0061ps","name":"Atlas"}', Idempotency_Key="once")
    assert again.content == first.content


@pytest.mark.parametrize(
    ("path", "body"),
    [(LIBRARIES, {"name": "Atlas"}), (LIBRARIES, {**ATLAS, "description": "maps"}), (f"{LIBRARIES}?x=1", ATLAS)]
    + [("/api/keys", {"name": "laptop", "scopes": ["library:read"]})],
)
def test_with_anything_else_it_is_refused(client_for, path, body):
    client = client_for("alice")
    client.post(LIBRARIES, ATLAS, Idempotency_Key="once")
    before = snapshot()
    answer = client.post(path, body, Idempotency_Key="once")
    errors = [{"pointer": "#/Idempotency-Key", "detail": "This key was already used, with another request."}]
    expected = problem(422, "The request is not valid.", path.partition("?")[0], errors=errors)
    assert (answer.status_code, answer.json()) == (422, expected)
    assert snapshot() == before
    assert client.post(path, body, Idempotency_Key="other").status_code == 201


def test_another_credential_is_another_request(client_for):
    """Else a key could read what another one made, be it only a smaller key of the same user."""
    client_for("alice").post(LIBRARIES, ATLAS, Idempotency_Key="once")
    assert client_for("alice").post(LIBRARIES, ATLAS, Idempotency_Key="once").status_code == 422


def test_another_user_may_use_the_same_word(client_for):
    for username in ("alice", "bob"):
        assert client_for(username).post(LIBRARIES, ATLAS, Idempotency_Key="once").status_code == 201
    assert Library.objects.filter(name="Atlas").count() == 2


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "two words", "é", "\x00", "ключ"])
def test_a_key_of_no_use_is_refused(client_for, key):
    client = client_for("alice")
    before = snapshot()
    answer = client.post(LIBRARIES, ATLAS, Idempotency_Key=key)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "#/Idempotency-Key", "detail": "Must be 1 to 255 visible ASCII characters."}
    ]
    assert snapshot() == before
    assert not IdempotencyKey.objects.exists()


def test_what_was_refused_may_be_sent_again(client_for):
    client = client_for("alice")
    taken = {**ATLAS, "naturalId": "roadmap"}
    for _ in range(2):
        assert client.post(LIBRARIES, taken, Idempotency_Key="once").status_code == 422
    assert not IdempotencyKey.objects.exists()
    client.delete("/api/libraries/roadmap")
    assert client.post(LIBRARIES, taken, Idempotency_Key="once").status_code == 201


def test_what_failed_leaves_nothing_behind(client_for, monkeypatch):
    client = client_for("alice")
    before = snapshot()

    def broken(*arguments, **options):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(library_lifecycle, "write_share", broken)
        assert client.post(LIBRARIES, ATLAS, Idempotency_Key="once").status_code == 500
    assert snapshot() == before
    assert client.post(LIBRARIES, ATLAS, Idempotency_Key="once").status_code == 201


def test_it_is_kept_for_a_day(client_for):
    client = client_for("alice")
    rows = IdempotencyKey.objects.all()
    first = client.post(LIBRARIES, ATLAS, Idempotency_Key="once")
    rows.update(created_at=F("created_at") - timedelta(hours=23))
    assert client.post(LIBRARIES, ATLAS, Idempotency_Key="once").content == first.content
    rows.update(created_at=F("created_at") - timedelta(hours=1))
    second = client.post(LIBRARIES, ATLAS, Idempotency_Key="once")
    assert (second.status_code, second.content == first.content) == (201, False)
    assert rows.count() == 1


def test_what_is_kept_shows_no_secret(client_for):
    client = client_for("alice")
    made = client.post("/api/keys", {"name": "laptop", "scopes": ["library:read"]}, Idempotency_Key="once").json()
    kept = IdempotencyKey.objects.get()
    everything = b"".join(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                          for value in IdempotencyKey.objects.values_list().get())  # fmt: skip
    for text in (made["key"], made["key"][4:24], "laptop", client.headers["Authorization"].split()[1]):
        assert text.encode() not in everything
    assert len(bytes(kept.body)) > len(made["key"])


def test_one_whose_key_has_ended_is_answered_nothing(client_for, alice):
    client = client_for("alice")
    client.post(LIBRARIES, ATLAS, Idempotency_Key="once")
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.post(LIBRARIES, ATLAS, Idempotency_Key="once").status_code == 401


def test_a_body_that_is_not_json_is_told_so(client_for):
    answer = client_for("alice").post(LIBRARIES, b"{", Idempotency_Key="once")
    assert answer.status_code == 400
    assert not IdempotencyKey.objects.exists()


def test_no_depth_is_too_much_for_the_fingerprint_alone(client_for):
    """The body is walked once more to tell whether it is the same."""
    alice = client_for("alice")
    for depth in range(700, 1000, 7):
        body = b'{"name": ' + b"[" * depth + b"]" * depth + b"}"
        assert alice.post(LIBRARIES, body, Idempotency_Key=str(depth)).status_code in (400, 422), depth


def test_the_purge_forgets_what_is_outdated(client_for, admin_user):
    client = client_for("alice")
    for key in ("old", "new"):
        client.post(LIBRARIES, ATLAS, Idempotency_Key=key)
    IdempotencyKey.objects.filter(key="old").update(created_at=F("created_at") - timedelta(hours=24))
    call_command("purge_expired", "--json")
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("call", CREATING.values(), ids=CREATING)
def test_of_many_at_once_one_makes_it_and_all_are_answered_the_same(client_for, call):
    client = client_for(call.caller)
    answers = at_once([partial(client.post, call.path, call.body, Idempotency_Key="once")] * 8)
    assert Counter(answer.status_code for answer in answers) == {call.status: 8}
    assert len({answer.content for answer in answers}) == 1
    assert Counter(answer.headers.get("Idempotent-Replayed") for answer in answers) == {None: 1, "true": 7}
    created = ("library.created", "key.created", "organization.created", "share.revoked", "service_account.created")
    assert Event.objects.filter(action__in=created, via="hal").count() == 1


def gone(client, made):
    assert client.delete("/api/libraries/atlas").status_code == 204


def hidden(client, made):
    """The library is somebody else's alone."""
    assert client.put("/api/libraries/atlas/owner", {"username": "bob"}).status_code == 200
    assert client.delete("/api/libraries/atlas/shares/alice").status_code == 204
    OrganizationUserObjectPermission.objects.all().delete()


def made_anew(client, made):
    gone(client, made)
    assert client.post(LIBRARIES, ATLAS).status_code == 201


@pytest.mark.parametrize("happens", [gone, hidden, made_anew])
def test_a_library_that_the_caller_sees_no_more_is_answered_no_more(client_for, happens):
    client = client_for("alice")
    made = client.post(LIBRARIES, ATLAS, Idempotency_Key="once").json()
    assert made["naturalId"] == "atlas"
    assert client.post(LIBRARIES, ATLAS, Idempotency_Key="once").status_code == 201
    happens(client, made)
    before = snapshot()

    answer = client.post(LIBRARIES, ATLAS, Idempotency_Key="once")

    assert answer.status_code == 404
    assert made["id"] not in answer.content.decode()
    assert snapshot() == before


SHARES = {"shares": [{"principalId": "carol", "accessLevel": 1}, {"principalId": "dave", "accessLevel": 1}]}


@pytest.mark.parametrize(("level", "status"), [(Level.OWNER, 200), (Level.READER, 403), (None, 404)])
def test_a_list_is_answered_again_to_who_may_still_share(client_for, roadmap, level, status):
    give(roadmap, "erin", Level.OWNER)
    client = client_for("erin")
    path = "/api/libraries/roadmap/shares"
    assert client.post(path, SHARES, Idempotency_Key="once").status_code == 200
    roadmap.shares.filter(user__username="erin").delete()
    if level is not None:
        give(roadmap, "erin", level)

    answer = client.post(path, SHARES, Idempotency_Key="once")

    assert answer.status_code == status
    assert ("carol" in answer.content.decode()) == (status == 200)


def test_a_key_that_was_revoked_is_answered_no_more(client_for):
    client = client_for("alice")
    ask = partial(client.post, "/api/keys", {"name": "laptop", "scopes": ["library:read"]}, Idempotency_Key="once")
    made = ask().json()
    assert ask().json() == made
    assert client.delete(f"/api/keys/{made['id']}").status_code == 204
    answer = ask()
    assert (answer.status_code, answer.json()["code"]) == (404, "key_not_found")


def test_an_organization_is_answered_again_to_superusers_alone(client_for, admin_user):
    client, call = client_for("admin"), CALLS["createOrganization"]
    ask = partial(client.post, call.path, call.body, Idempotency_Key="once")
    assert [ask().status_code for _ in range(2)] == [201, 201]
    User.objects.filter(pk=admin_user.pk).update(is_superuser=False)
    answer = ask()
    assert (answer.status_code, answer.json()["code"]) == (403, "not_superuser")


@pytest.mark.parametrize(
    "tampered",
    [
        {"body": b""},
        {"body": b"x" * 10},
        {"body": b"x" * 500},
        {"nonce": b""},
        {"nonce": b"y" * 32},
        {"status": 200},
        {"status": None},
        {"headers": {"Location": "/api/libraries/handbook"}},
        {"headers": []},
    ],
    ids=str,
)
def test_a_row_that_was_tampered_with_is_no_answer(client_for, tampered):
    client = client_for("alice")
    client.post(LIBRARIES, ATLAS, Idempotency_Key="once")
    IdempotencyKey.objects.update(**tampered)
    before = snapshot()

    answer = client.post(LIBRARIES, ATLAS, Idempotency_Key="once")

    lost = "This key was already used, and its answer cannot be read any more. See what there is, and use another."
    errors = [{"pointer": "#/Idempotency-Key", "detail": lost}]
    expected = problem(422, "The request is not valid.", LIBRARIES, errors=errors)
    assert (answer.status_code, answer.json()) == (422, expected)
    assert snapshot() == before


def test_the_row_of_another_answer_is_none_either(client_for):
    """What is kept belongs to its row: one's own other answer does not open in its place."""
    client = client_for("alice")
    for word in ("one", "two"):
        client.post(LIBRARIES, ATLAS, Idempotency_Key=word)
    other = IdempotencyKey.objects.get(key="two")
    IdempotencyKey.objects.filter(key="one").update(
        nonce=other.nonce, body=other.body, headers=other.headers, status=other.status
    )
    assert client.post(LIBRARIES, ATLAS, Idempotency_Key="one").status_code == 422
    assert client.post(LIBRARIES, ATLAS, Idempotency_Key="two").status_code == 201
