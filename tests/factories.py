"""What tests make beside the demo world, through the verbs wherever there is one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from libraries.access.explain import explain
from libraries.models import (
    OPERATOR,
    Actor,
    ApiKey,
    Library,
    LibraryGroupObjectPermission,
    LibraryUserObjectPermission,
    Organization,
    Share,
    User,
)
from libraries.people.members import add_member
from libraries.people.queries import members_of
from libraries.principals import named
from libraries.rules.levels import Action, Kind, Level
from libraries.sharing import grants
from libraries.sharing.share import share_library


def make_user(username: str, *, member_of: Organization | None = None, **fields: Any) -> User:
    """An account, and a member of the organization where one is named."""
    user = User.objects.create(username=username, **fields)
    if member_of:
        add_member(organization=member_of, user=user, actor=OPERATOR)
    return user


def give_as(actor: Actor, library: Library, principal: str, level: Level, **options: Any) -> tuple[Share, bool]:
    """The actor shares the library with `alice`, `team:engineering`, `org:acme` or `everyone`."""
    return share_library(library=library, principal=named(principal), level=level, actor=actor, **options)


def give(library: Library, principal: str, level: Level, **options: Any) -> Share:
    """An owner of the library shares it."""
    owner = User.objects.filter(shares__library=library, shares__level=Level.OWNER).earliest("shares")
    return give_as(owner, library, principal, level, **options)[0]


def give_to_many(library: Library, number: int) -> None:
    """So many new users read the library, each by a share of their own: in bulk, since what is asked about it counts."""
    start = User.objects.count()
    users = User.objects.bulk_create(User(username=f"reader-{start + each}") for each in range(number))
    shares = Share.objects.bulk_create(
        Share(library=library, kind=Kind.USER, user=user, level=Level.READER) for user in users
    )
    view = Permission.objects.get(codename=Action.VIEW, content_type__app_label="libraries")
    LibraryUserObjectPermission.objects.bulk_create(
        LibraryUserObjectPermission(content_object=library, user=share.user, share=share, permission=view)
        for share in shares
    )
    Library.objects.filter(pk=library.pk).update(share_count=F("share_count") + number)


def level_of(user: User, library: Library) -> Level:
    """What the user's shares add up to."""
    return explain(user, library).level


def levels(library: Library) -> dict[str, str]:
    """Principal to the name of the level that its share of the library gives."""
    return {share.principal_name: Level(share.level).name for share in library.shares.with_principals()}


def undone(act: Callable[[], Any], new_events: Callable[[], Any]) -> tuple[Any, Any]:
    """What came of it, and what it left of shares and events, which is undone."""
    with transaction.atomic():
        came = act()
        left = (picture_of_shares(), new_events())
        transaction.set_rollback(True)
    return came, left


def picture_of_shares() -> Any:
    """All that a change of shares changes, but for keys and moments."""
    shares = Share.objects.order_by("library", "kind", "user", "team", "organization")
    columns = ("library", "kind", "user", "team", "organization", "level", "expires_at", "note", "granted_by")
    return (
        list(shares.values_list(*columns)),
        list(Library.objects.order_by("pk").values_list("share_count", flat=True)),
        [str(each) for each in grants.discrepancies()],
    )


def in_charge(organization: Organization) -> list[str]:
    """Who administers it, as R14 counts them: active people."""
    members: Any = members_of(organization)
    found = members.filter(administers=True, is_active=True, service_of=None)
    return sorted(found.values_list("username", flat=True))


def in_days(days: float) -> datetime:
    """A moment so many days from now."""
    return timezone.now() + timedelta(days=days)


def let_time_pass(*, days: float) -> None:
    """Every end comes nearer by so much: to the rules it is as if the clock had moved on."""
    for model in (Share, LibraryUserObjectPermission, LibraryGroupObjectPermission, ApiKey):
        rows: Any = model.objects.exclude(expires_at=None)
        rows.update(expires_at=F("expires_at") - timedelta(days=days))
