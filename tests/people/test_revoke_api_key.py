"""revoke_api_key: a key ends at once and for good, and with it what was made with it (R13)."""

from __future__ import annotations

from functools import partial

import pytest
from django.utils import timezone

from libraries.errors import CredentialEnded, ScopeNotHeld
from libraries.events.standing import acting, acts_with
from libraries.models import OPERATOR, ApiKey, Event, Scope
from libraries.people.key_endings import keys_made_with
from libraries.people.keys import create_api_key, find_api_key, revoke_api_key
from tests.at_once import at_once


def test_it_opens_nothing_from_then_on(alice):
    key, secret = create_api_key(user=alice, name="nightly", actor=OPERATOR)
    assert find_api_key(secret) == key

    assert revoke_api_key(key=key, actor=alice)
    assert not revoke_api_key(key=key, actor=alice)

    assert find_api_key(secret) is None
    event = Event.objects.get(action="key.revoked")
    assert (event.actor, event.principal, event.details) == ("alice", "alice", {"key": "nightly"})


@pytest.fixture
def family(alice):
    """Keys of alice's, by name: `root` made `child` and `sibling`, and `child` made `grandchild`."""
    made: dict[str, ApiKey] = {}
    for name, parent in (("root", ""), ("child", "root"), ("sibling", "root"), ("grandchild", "child")):
        made[name], _ = create_api_key(user=alice, name=name, asking_key=made.get(parent), actor=alice)
    return made


def live():
    return set(ApiKey.objects.filter(revoked_at=None, name__in=NAMES).values_list("name", flat=True))


NAMES = ("root", "child", "sibling", "grandchild", "alone")


def test_it_takes_along_all_that_was_made_with_it_with_an_event_each(alice, family):
    create_api_key(user=alice, name="alone", actor=alice)
    assert [key.name for key in keys_made_with(family["root"])] == ["child", "sibling", "grandchild"]

    ended = revoke_api_key(key=family["root"], actor=alice)

    assert [key.name for key in ended] == ["root", "child", "sibling", "grandchild"]
    assert live() == {"alone"}
    told = Event.objects.filter(action="key.revoked").order_by("position").values_list("details", flat=True)
    assert [details["key"] for details in told] == [key.name for key in ended]


def test_it_leaves_what_made_it(alice, family):
    revoke_api_key(key=family["child"], actor=alice)
    assert live() == {"root", "sibling"}
    assert keys_made_with(family["root"]) == [family["sibling"]]


def test_what_is_over_already_is_not_told_again(alice, family):
    ApiKey.objects.filter(pk=family["child"].pk).update(expires_at=timezone.now())
    revoke_api_key(key=family["sibling"], actor=alice)

    ended = revoke_api_key(key=family["root"], actor=alice)

    assert [key.name for key in ended] == ["root", "grandchild"]  # which an expired one may have made before


def test_every_key_knows_who_made_it(alice, admin_user, family):
    by_operator, _ = create_api_key(user=alice, name="x", actor=OPERATOR)
    by_another, _ = create_api_key(user=alice, name="x", actor=admin_user)
    assert (by_operator.made_by, by_operator.made_by_key) == (None, None)
    assert (by_another.made_by, by_another.made_by_key) == (admin_user, None)
    assert (family["child"].made_by, family["child"].made_by_key) == (alice, family["root"])


def test_a_key_that_manages_none_makes_none_and_ends_itself_alone(alice, family):
    weak, _ = create_api_key(user=alice, name="alone", scopes=[Scope.ACCESS_CHECK], actor=alice)
    ask = {"asking_key": weak, "actor": alice}
    for refused in (
        partial(create_api_key, user=alice, name="x", scopes=[Scope.ACCESS_CHECK], **ask),
        partial(revoke_api_key, key=family["grandchild"], **ask),
    ):
        with pytest.raises(ScopeNotHeld):
            refused()
    assert live() == set(NAMES)
    assert revoke_api_key(key=weak, **ask) == [weak]


def test_a_key_that_revokes_its_own_maker_goes_along(alice, family):
    with acting():
        acts_with(family["grandchild"])
        ended = revoke_api_key(key=family["root"], asking_key=family["grandchild"], actor=alice)
    assert len(ended) == 4
    assert live() == set()


@pytest.mark.django_db(transaction=True)
def test_a_key_that_makes_another_meanwhile_leaves_none(alice):
    """Whichever comes first: the new one is revoked with it, or never made."""
    for number in range(10):
        root, _ = create_api_key(user=alice, name="root", actor=alice)

        def multiply(root=root, number=number):
            with acting():
                acts_with(root)
                return create_api_key(user=alice, name=f"child {number}", asking_key=root, actor=alice)

        made, _ = at_once([multiply, partial(revoke_api_key, key=root, actor=alice)])

        assert isinstance(made, tuple | CredentialEnded)
        assert not ApiKey.objects.filter(name=f"child {number}", revoked_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_keys_that_end_each_other_do_not_wait_for_each_other(alice):
    for _ in range(10):
        first, second = (create_api_key(user=alice, name=name, actor=alice)[0] for name in ("first", "second"))

        def end(key, asking_key):
            with acting():
                acts_with(asking_key)
                return revoke_api_key(key=key, asking_key=asking_key, actor=alice)

        outcomes = at_once([partial(end, first, second), partial(end, second, first)])

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CredentialEnded", "list"]
        assert ApiKey.objects.filter(pk__in=[first.pk, second.pk], revoked_at=None).count() == 1
