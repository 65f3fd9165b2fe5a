"""Permissions: shares that this dialect has a word for, under the names that it gives them."""

from __future__ import annotations

import re
from uuid import UUID

from django.db.models import Q, QuerySet

from libraries.access.check import get_share_for
from libraries.errors import ShareNotFound, SharingError
from libraries.models import EVERYONE, Library, Share, User
from libraries.principals import PrincipalReference, named, with_email
from libraries.rules.conditions import unexpired
from libraries.rules.levels import Action, Kind, Level
from libraries.sharing.share import Precondition

PERMISSION_ID = r"[0-9a-f]{32}"


class PermissionNotFound(SharingError):
    """The library has no such permission that could be shown."""

    code = "permission_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such permission.")


class AlreadyShared(SharingError):
    """The grantee of a new permission has a share, which may be one that shuts out."""

    code = "already_shared"

    def __init__(self, grantee: str) -> None:
        super().__init__(f"“{grantee}” already has a permission on this library. Update that one.")


def permissions_of(library: Library) -> QuerySet[Share]:
    """The shares that can be shown: an organization, a team without an e-mail, shut out and an end have no word here."""
    nameable = Q(kind__in=[Kind.USER, Kind.EVERYONE]) | Q(kind=Kind.TEAM) & ~Q(team__email="")
    return library.shares.with_principals().filter(nameable, unexpired(), level__gt=Level.NONE)


def permission_id(share: Share) -> str:
    """The last part of the permission's name: `[a-z0-9]+`, the same as long as the share lives."""
    return share.pk.hex


def permission_for(user: User, library: Library, identifier: str, action: Action) -> Share:
    """The share behind the permission's id, for one who may do `action`, or whose own it is.

    Raises ActionNotAllowed, which does not tell whether there is such a permission, and PermissionNotFound.
    """
    share_id = UUID(identifier) if re.fullmatch(PERMISSION_ID, identifier) else UUID(int=0)  # which is no share's
    try:
        return get_share_for(user, library, share_id, action, among=permissions_of(library))
    except ShareNotFound:
        raise PermissionNotFound from None


def grantee(kind: Kind, email: str) -> PrincipalReference:
    """Whom a new permission is to be for."""
    return named(EVERYONE) if kind == Kind.EVERYONE else with_email(kind, email)


def require_permission(identifier: str) -> Precondition:
    """A check for the verbs: what stands under the lock is still the permission of that id."""

    def check(before: Share | None) -> None:
        if before is None or permission_id(before) != identifier or before.level == Level.NONE:
            raise PermissionNotFound

    return check


def refuse_another_permission(principal: PrincipalReference) -> Precondition:
    """A check for the verbs: the grantee has no share yet."""

    def check(before: Share | None) -> None:
        if before:
            raise AlreadyShared(principal.text)

    return check
