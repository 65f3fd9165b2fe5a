"""A call whose transaction the database ends in favour of another's is made again, whole, and nobody hears of it."""

from __future__ import annotations

import pytest

from libraries.db.retries import TRIES
from libraries.models import ApiKey, IdempotencyKey, Library
from tests.api.hal.calls import SHARES, snapshot
from tests.api.hal.documents import problem
from tests.giving_way import CAUSES, gives_way

FRANK = f"{SHARES}/frank"
READER = {"accessLevel": 1}
OTHERS = "Others are changing the same. Try again soon."
WRITE = "libraries.sharing.share.write_share"


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("times", range(1, TRIES))
def test_a_change_that_gave_way_is_made_again_and_recorded_once(client_for, monkeypatch, new_events, cause, times):
    client = client_for("alice")
    before = new_events()
    tries = gives_way(monkeypatch, WRITE, times, cause)
    answer = client.put(FRANK, READER)
    assert (answer.status_code, answer.json()["accessLevel"]) == (200, 1)
    assert new_events()[len(before) :] == [("share.created", "frank", None, 1)]
    assert len(tries) == times + 1


@pytest.mark.parametrize("cause", CAUSES)
def test_one_that_gives_way_each_time_is_503_and_changes_nothing(client_for, monkeypatch, cause):
    client = client_for("alice")
    before = snapshot()
    with monkeypatch.context() as patch:
        tries = gives_way(patch, WRITE, TRIES, cause)
        answer = client.put(FRANK, READER)
    assert (answer.status_code, answer.json()) == (503, problem(503, OTHERS, FRANK))
    assert answer.headers["Retry-After"] == "1"
    assert (snapshot(), len(tries)) == (before, TRIES)
    assert client.put(FRANK, READER).status_code == 200


def test_its_credential_is_looked_at_again(client_for, monkeypatch):
    """Whoever lost their key meanwhile changes nothing."""
    client = client_for("alice")

    def loses_the_key(**_: object) -> None:
        ApiKey.objects.filter(user__username="alice").delete()

    monkeypatch.setattr("libraries.api.hal.views.shares.share_library", loses_the_key)
    gives_way(monkeypatch, "libraries.api.hal.views.shares.share_library", 1)
    assert client.put(FRANK, READER).status_code == 401


def test_what_is_sent_with_an_idempotency_key_is_kept_once(client_for, monkeypatch):
    client = client_for("alice")
    sent = {"name": "Manual", "organization": "acme"}
    gives_way(monkeypatch, "libraries.library_lifecycle.record_of_library", 1)
    first = client.post("/api/libraries", sent, Idempotency_Key="one")
    again = client.post("/api/libraries", sent, Idempotency_Key="one")
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert (Library.objects.filter(name="Manual").count(), IdempotencyKey.objects.count()) == (1, 1)


def test_a_question_is_asked_again(client_for, monkeypatch):
    client = client_for("alice")
    asked = {
        "subject": {"type": "user", "id": "alice"},
        "action": {"name": "read"},
        "resource": {"type": "library", "id": "handbook"},
    }
    tries = gives_way(monkeypatch, "libraries.api.authentication.find_api_key", 1)
    answer = client.post("/access/v1/evaluation", asked)
    assert (answer.status_code, answer.json()["decision"], len(tries)) == (200, True, 2)
