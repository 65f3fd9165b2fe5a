"""Tables, constraints and facts about one row."""

from libraries.models.events import Event, EventQuerySet
from libraries.models.grants import EVERYONE, LibraryGroupObjectPermission, LibraryUserObjectPermission
from libraries.models.idempotency import IdempotencyKey
from libraries.models.keys import ApiKey, Scope
from libraries.models.libraries import Library, LibraryQuerySet
from libraries.models.organizations import (
    ADMINISTER,
    CHECK_ACCESS,
    Organization,
    OrganizationGroupObjectPermission,
    OrganizationUserObjectPermission,
    SharingScope,
    Team,
)
from libraries.models.shares import Share
from libraries.models.users import OPERATOR, Actor, Operator, ServiceAccount, User

__all__ = [
    "ADMINISTER",
    "CHECK_ACCESS",
    "EVERYONE",
    "OPERATOR",
    "Actor",
    "ApiKey",
    "Event",
    "EventQuerySet",
    "IdempotencyKey",
    "Library",
    "LibraryGroupObjectPermission",
    "LibraryQuerySet",
    "LibraryUserObjectPermission",
    "Operator",
    "Organization",
    "OrganizationGroupObjectPermission",
    "OrganizationUserObjectPermission",
    "Scope",
    "ServiceAccount",
    "Share",
    "SharingScope",
    "Team",
    "User",
]
