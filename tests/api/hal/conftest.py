from __future__ import annotations

import pytest

from libraries.models import ApiKey, Scope, User
from tests.api.hal.calls import OLD_KEY


@pytest.fixture(autouse=True)
def old_key(world: None) -> ApiKey:
    """A key of alice's that has an address: every call can be made."""
    user = User.objects.get(username="alice")
    scopes = [Scope.LIBRARY_READ]
    return ApiKey.objects.create(pk=OLD_KEY, user=user, name="old key", hint="shr_old", digest="0" * 64, scopes=scopes)
