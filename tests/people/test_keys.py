"""API keys: made once, found by digest alone, and good only while live."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from libraries.errors import ExpiryRefused, InvalidText
from libraries.models import OPERATOR, ApiKey, Event, Scope, User
from libraries.people.keys import ALPHABET, PATTERN, create_api_key, find_api_key
from tests.factories import in_days, let_time_pass


@pytest.fixture
def made(alice):
    """A key of alice's, and its secret."""
    return create_api_key(user=alice, name="laptop", scopes=[Scope.LIBRARY_READ], actor=alice)


def test_the_secret_opens_it_and_only_its_digest_is_kept(alice, made):
    key, secret = made

    assert PATTERN.fullmatch(secret)
    found = find_api_key(secret)
    assert (found, found and found.user) == (key, alice)
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert row["digest"] == sha256(secret.encode()).hexdigest()
    assert row["hint"] == secret[:10]
    assert not any(secret in str(value) for value in row.values())


def test_two_keys_are_never_alike(alice):
    secrets = {create_api_key(user=alice, name="x", actor=alice)[1] for _ in range(20)}
    assert len(secrets) == 20


def test_it_has_every_scope_unless_some_are_named(alice, made):
    assert made[0].scopes == ["library:read"]
    assert create_api_key(user=alice, name="x", actor=alice)[0].scopes == sorted(Scope)


def test_making_one_is_recorded_without_the_secret_r11(alice, made):
    event = Event.objects.latest("pk")
    assert (event.action, event.actor, event.principal, event.details) == (
        "key.created",
        "alice",
        "alice",
        {"key": "laptop"},
    )
    assert made[1] not in str(Event.objects.filter(pk=event.pk).values().get())


class TestWhatIsNoKey:
    """It costs no query."""

    def test_a_typing_error(self, made, django_assert_num_queries):
        secret = made[1]
        with django_assert_num_queries(0):
            for place in range(len("shr_"), len(secret)):
                wrong = next(letter for letter in ALPHABET if letter != secret[place])
                assert find_api_key(secret[:place] + wrong + secret[place + 1 :]) is None

    @pytest.mark.parametrize(
        "change",
        [
            lambda secret: secret[:-1],
            lambda secret: secret + "0",
            lambda secret: secret + "\n",
            lambda secret: " " + secret,
            lambda secret: secret.upper(),
            lambda secret: secret.replace("shr_", ""),
            lambda secret: secret[:-1] + "\N{FULLWIDTH DIGIT ONE}",
        ],
    )
    def test_another_shape(self, made, change, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert find_api_key(change(made[1])) is None

    @given(st.text(st.characters(), max_size=60) | st.from_regex(r"shr_[0-9A-Za-z]{46}", fullmatch=True))
    def test_any_other_text(self, text):
        assert find_api_key(text) is None  # no database is set up here, so a query would be an error


def test_one_that_was_never_made_is_one_query(world, alice, made, django_assert_num_queries):
    key, secret = made
    key.delete()
    with django_assert_num_queries(1):
        assert find_api_key(secret) is None


def test_it_ends_on_the_databases_clock(alice):
    _, secret = create_api_key(user=alice, name="x", expires_at=in_days(1), actor=alice)
    assert find_api_key(secret)
    let_time_pass(days=1)
    assert find_api_key(secret) is None


def test_a_revoked_one_opens_nothing(made):
    key, secret = made
    assert key.is_live
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now())
    assert find_api_key(secret) is None
    assert not ApiKey.objects.get(pk=key.pk).is_live


def test_that_of_an_inactive_user_opens_nothing(alice, made):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert find_api_key(made[1]) is None


@pytest.mark.parametrize("name", ["", "x" * 101, "a\x00b", "\udcff"])
def test_a_name_that_cannot_be_kept_is_refused(alice, name, new_events):
    with pytest.raises(InvalidText):
        create_api_key(user=alice, name=name, actor=OPERATOR)
    assert new_events() == []


def test_one_that_is_over_from_the_start_is_refused(alice):
    with pytest.raises(ExpiryRefused):
        create_api_key(user=alice, name="x", expires_at=in_days(-1), actor=OPERATOR)


def last_used(key):
    return ApiKey.objects.values_list("last_used_at", flat=True).get(pk=key.pk)


def test_a_use_is_noted_at_most_once_an_hour(made, django_assert_num_queries):
    key, secret = made
    assert last_used(key) is None

    with django_assert_num_queries(2):
        find_api_key(secret)
    noted = last_used(key)
    assert noted

    with django_assert_num_queries(1):
        find_api_key(secret)
    assert last_used(key) == noted

    ApiKey.objects.filter(pk=key.pk).update(last_used_at=noted - timedelta(minutes=61))
    find_api_key(secret)
    assert last_used(key) >= noted


def test_a_key_that_opens_nothing_is_not_noted_as_used(made):
    key, secret = made
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now())

    assert find_api_key(secret) is None
    assert find_api_key(f"{secret[:-1]}x") is None
    assert last_used(key) is None
