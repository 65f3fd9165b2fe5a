"""Guesses at passwords are counted over all names and over all addresses, before any password is hashed."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from sharing_project.server import LOGIN

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def limits(settings, clock):
    settings.LOGIN_ATTEMPTS_PER_ADDRESS, settings.LOGIN_ATTEMPTS_PER_NAME = 20, 8


@pytest.fixture
def hashed(monkeypatch):
    """Every password that was hashed, for comparison or for nothing."""
    seen = []

    def noting(name):
        original = getattr(Argon2PasswordHasher, name)

        def noted(self, password, *arguments, **options):
            seen.append(password)
            return original(self, password, *arguments, **options)

        monkeypatch.setattr(Argon2PasswordHasher, name, noted)

    noting("encode")
    noting("verify")
    return seen


def knock(name, password="wrong", address="10.0.0.7"):
    return Client(REMOTE_ADDR=address).post(LOGIN, {"username": name, "password": password})


def test_eight_names_by_four_guesses_are_one_attack(world, hashed):
    """Of an address; another's is let in, and of the known and the unknown names as many."""
    names = ["alice", "bob", "carol", "dave", "nobody", "nemo", "niemand", "personne"]
    answers = [knock(name) for _ in range(4) for name in names]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 12
    assert answers[-1].headers["Retry-After"] == "900"
    assert b"locked" in answers[-1].content
    assert len(hashed) == 20  # something else in place of the password where there is none to compare with
    assert knock("alice", address="10.0.0.8").status_code == 200


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_one_name_from_many_addresses_is_one_attack(world, hashed, name):
    """Whether there is such a user or not."""
    answers = [knock(spelling, address=f"10.0.1.{n}") for n in range(6) for spelling in (name, f"{name.upper()} ")]
    assert [answer.status_code for answer in answers] == [200] * 8 + [429] * 4
    assert len(hashed) == 8
    assert knock("bob", address="10.0.1.0").status_code == 200


def test_right_passwords_do_not_count(admin_user):
    admin_user.set_password(PASSWORD)
    admin_user.save()
    assert [knock("admin", PASSWORD).status_code for _ in range(30)] == [302] * 30
    assert knock("admin").status_code == 200


def test_they_may_try_again_later(world, clock):
    assert [knock(f"n{n}").status_code for n in range(21)][-1] == 429
    clock[0] += 900
    assert knock("n0").status_code == 200


def test_the_lock_of_a_name_for_an_address_says_when_to_come_back(world):
    answers = [knock("alice") for _ in range(5)]
    assert (answers[-1].status_code, answers[-1].headers["Retry-After"]) == (429, "900")


def test_it_can_be_switched_off(world, settings):
    settings.LOGIN_LOCK_ENABLED = settings.AXES_ENABLED = False
    assert {knock("alice").status_code for _ in range(25)} == {200}


def test_the_page_itself_is_not_counted(world):
    assert {Client().get(LOGIN).status_code for _ in range(25)} == {200}
