"""Shares of an organization's libraries with whom R8 keeps outside unless its sharing scope is “anyone”."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from libraries.errors import OutsideOwners
from libraries.models import Actor, Library, Organization, Share, User
from libraries.models.shares import ShareQuerySet
from libraries.principals import principal_of
from libraries.rules.conditions import unexpired
from libraries.rules.levels import Kind, Level
from libraries.sharing.bulk_principals import BulkPrincipal
from libraries.sharing.bulk_write import Change, ShareRow, write_changes

BATCH = 1000
NAMED = 10
"""How many libraries a refusal names."""


def outside_shares(organization: Organization) -> ShareQuerySet:
    """Those that give something to users who are not members, to other organizations and to everyone (R8).

    One that has expired gives nothing (R3). Nor does one at NONE, and taking it away could give somebody more (R2).
    """
    member = _memberships(organization).filter(user=OuterRef("user"))
    outside = (
        Q(kind=Kind.EVERYONE)
        | Q(kind=Kind.ORGANIZATION) & ~Q(organization=organization)
        | Q(kind=Kind.USER) & ~Exists(member)
    )
    return Share.objects.filter(outside, unexpired(), library__organization=organization, level__gt=Level.NONE)


def lock_libraries(organization: Organization) -> int:
    """Lock all libraries of the organization, in the order in which everybody does; returns how many there are."""
    number, last = 0, None
    rows = organization.libraries.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True)
    while batch := list((rows.filter(pk__gt=last) if last else rows)[:BATCH]):
        number, last = number + len(batch), batch[-1]
    return number


def revoke_outside_shares(organization: Organization, actor: Actor) -> int:
    """Take all of them away, with an event for each; returns how many. The libraries must be locked.

    A few at a time in memory. Raises OutsideOwners where libraries would be left without an owner (R6).
    """
    _require_owners_inside(organization)
    number = 0
    for batch in _batches(outside_shares(organization)):
        write_changes([_taken_away(share) for share in batch], actor)
        number += len(batch)
    return number


def _require_owners_inside(organization: Organization) -> None:
    members = _memberships(organization).values("user")
    owned_inside = Share.objects.filter(library=OuterRef("pk"), level=Level.OWNER, user__in=members)
    ownerless = Library.objects.filter(~Exists(owned_inside), organization=organization)
    if number := ownerless.count():
        named = ownerless.order_by("natural_id").values_list("natural_id", flat=True)[:NAMED]
        raise OutsideOwners(list(named), number)


def _memberships(organization: Organization) -> QuerySet[Any]:
    return User.groups.through.objects.filter(group=organization.group_id)


def _batches(shares: ShareQuerySet) -> Iterator[list[Share]]:
    rows = shares.with_principals().select_related("library__organization").order_by("pk")
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])


def _taken_away(share: Share) -> Change:
    kind = Kind(share.kind)
    instance = principal_of(share).instance
    key = str(instance.pk) if instance else None
    before = ShareRow(str(share.pk), share.library.key, kind, key, Level(share.level), share.expires_at, share.note)
    return Change(share.library, BulkPrincipal(kind, key, share.principal_name), before, None)
