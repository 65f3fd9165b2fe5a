from collections.abc import Callable

import pytest
from django.test import Client

from libraries.models import User
from tests.admin.pages import Console


def signed_in(user: User) -> Console:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return Console(client)


@pytest.fixture
def console(admin_user: User) -> Console:
    """The superuser's browser."""
    return signed_in(admin_user)


@pytest.fixture
def console_of() -> Callable[[User], Console]:
    """The browser of somebody who becomes staff by that: `console_of(alice)` administers acme."""

    def sign_in(user: User) -> Console:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
        return signed_in(user)

    return sign_in


@pytest.fixture
def make_users(world: None) -> Callable[[int], list[User]]:
    """So many more accounts."""

    def make(count: int) -> list[User]:
        return User.objects.bulk_create(User(username=f"person-{number:03}") for number in range(count))

    return make
