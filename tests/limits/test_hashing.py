"""Few passwords are hashed at once, and none of those that come on top keeps a thread waiting."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password, must_update_salt
from django.test import Client

from libraries.limits.hashing import AT_ONCE, BoundedArgon2, HashingBusy, _places
from sharing_project.server import LOGIN


@pytest.fixture
def all_places_taken():
    taken = [_places.acquire(blocking=False) for _ in range(AT_ONCE)]
    assert all(taken)
    yield
    for _ in taken:
        _places.release()


def test_it_makes_and_checks_hashes():
    encoded = make_password("correct horse")
    assert encoded.startswith("argon2$argon2id$")
    assert check_password("correct horse", encoded)
    assert not check_password("battery staple", encoded)


def test_one_too_many_is_refused_at_once(all_places_taken):
    encoded = Argon2PasswordHasher().encode("correct horse", "x" * 16)
    for hashing in (lambda: make_password("x"), lambda: BoundedArgon2().verify("correct horse", encoded)):
        with pytest.raises(HashingBusy):
            hashing()


def test_who_logs_in_then_is_told_to_come_back(db, all_places_taken):
    answer = Client().post(LOGIN, {"username": "nobody", "password": "x"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.content == b"Too many passwords are being checked. Try again soon.\n"


def test_a_place_is_free_again_whatever_happened(monkeypatch):
    def failing(*arguments, **options):
        raise RuntimeError

    monkeypatch.setattr(Argon2PasswordHasher, "encode", failing)
    for _ in range(AT_ONCE + 1):
        with pytest.raises(RuntimeError):
            make_password("x")


def test_a_hash_by_other_parameters_is_made_anew_at_a_login(db, django_user_model):
    class Former(Argon2PasswordHasher):
        memory_cost, parallelism, time_cost = 128, 2, 1

    former = Former().encode("correct horse", "x" * 22)
    user = django_user_model.objects.create(username="zoe", password=former)
    assert user.check_password("correct horse")
    user.refresh_from_db()
    assert user.password != former
    assert not must_update_salt("x" * 22, 128)
    assert user.check_password("correct horse")
