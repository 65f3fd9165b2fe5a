"""revoke_api_key: a key ends at once and for good."""

from libraries.models import OPERATOR, Event
from libraries.people.keys import create_api_key, find_api_key, revoke_api_key


def test_it_opens_nothing_from_then_on(alice):
    key, secret = create_api_key(user=alice, name="nightly", actor=OPERATOR)
    assert find_api_key(secret) == key

    assert revoke_api_key(key=key, actor=alice)
    assert not revoke_api_key(key=key, actor=alice)

    assert find_api_key(secret) is None
    event = Event.objects.get(action="key.revoked")
    assert (event.actor, event.principal, event.details) == ("alice", "alice", {"key": "nightly"})
