from collections.abc import Callable

import pytest
from django.test import Client

from libraries.models import User
from tests.admin.pages import Console


@pytest.fixture
def console(admin_user: User) -> Console:
    """The superuser's browser."""
    client = Client()
    client.force_login(admin_user, backend="django.contrib.auth.backends.ModelBackend")
    return Console(client)


@pytest.fixture
def make_users(world: None) -> Callable[[int], list[User]]:
    """So many more accounts."""

    def make(count: int) -> list[User]:
        return User.objects.bulk_create(User(username=f"person-{number:03}") for number in range(count))

    return make
