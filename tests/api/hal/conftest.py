from __future__ import annotations

import pytest

from libraries.models import ApiKey, Organization, Scope, User
from tests.api.hal.calls import OLD_KEY, ROBOTS_KEY


@pytest.fixture(autouse=True)
def old_key(world: None) -> ApiKey:
    """A key of alice's that has an address: every call can be made."""
    user = User.objects.get(username="alice")
    scopes = [Scope.LIBRARY_READ]
    return ApiKey.objects.create(pk=OLD_KEY, user=user, name="old key", hint="shr_old", digest="0" * 64, scopes=scopes)


@pytest.fixture(autouse=True)
def robot(world: None) -> User:
    """A service account of acme's with a key that has an address. Disabled and in no group, it is met nowhere else."""
    acme = Organization.objects.get(slug="acme")
    robot = User.objects.create(
        username="acme.robot", first_name="Robot", service_of=acme, password="!", is_active=False
    )
    ApiKey.objects.create(
        pk=ROBOTS_KEY, user=robot, name="its key", hint="shr_robot", digest="1" * 64, scopes=[Scope.ORGANIZATION_ADMIN]
    )
    return robot
