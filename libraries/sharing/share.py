"""The verbs on one share: each does the whole change, rules, grants, counts and event, in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from copy import copy
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from libraries.access.check import get_libraries_for, get_library_for
from libraries.access.names import Meant, answering_to
from libraries.errors import LibraryNotFound, OnlyUsersOwn, ShareNotFound
from libraries.events.record import EventAction
from libraries.identifiers import lookup_for
from libraries.models import Actor, Library, Share, User
from libraries.principals import PrincipalReference
from libraries.rules.levels import Action, Kind, Level
from libraries.sharing.rules import (
    KEEP,
    Keep,
    Wanted,
    is_over,
    is_own,
    new_terms,
    refuse_to_revoke,
    require_right_to_revoke,
    terms_of,
)
from libraries.sharing.write import erase_share, hand_over, write_share

Precondition = Callable[[Share | None], None]
"""Called with the share as it stands, under the lock; raises to refuse the change."""


def share_library(
    *,
    library: Library,
    principal: PrincipalReference,
    level: Level,
    expires_at: datetime | Keep | None = KEEP,
    note: str | Keep = KEEP,
    renewing: bool = False,
    precondition: Precondition | None = None,
    actor: Actor,
) -> tuple[Share, bool]:
    """Give `principal` the level, whether it has a share or not; returns the share and whether it is new.

    expires_at: an aware datetime; None for no end, or for the actor's own end (R3). KEEP leaves a running end, and is
    refused where the share is over.
    renewing: a share that is over is as none. It is cleared away, and a new one made, for callers who know no ends.
    Where nothing would change nothing is written, and no event.
    Raises LibraryNotFound, ActionNotAllowed, UnknownPrincipal, OnlyUsersOwn, LevelAboveOwn, OwnShareFixed,
    ExpiryRefused, InvalidText, and what `precondition` raises.
    """
    with transaction.atomic():
        library = locked_library_for(actor, library, Action.SHARE)
        before = principal.share_of(library)
        if renewing and before and is_over(before):
            erase_share(library, before, actor, EventAction.SHARE_EXPIRED)
            before = None
        if precondition:
            precondition(before)
        after = copy(before) if before else Share(library=library, **principal.resolve(library).columns)
        terms = new_terms(
            Wanted(level, expires_at, note),
            text=principal.text,
            kind=principal.kind,
            admissible=before.admissible if before else True,
            before=before,
            access=library.access,
            actor=actor,
        )
        if before and terms == terms_of(before):
            return before, False
        after.level, after.expires_at, after.note = terms
        write_share(library, before, after, actor)
        return after, before is None


def clear_expired(*, library: Library, users: Collection[UUID], groups: Collection[UUID], actor: Actor) -> None:
    """Clear away what is over of these users, teams and organizations, for who shares anew and knows no ends.

    library: locked. The caller's transaction undoes it where nothing is shared.
    """
    theirs = Q(user__in=users) | Q(team__in=groups) | Q(organization__in=groups)
    for share in library.shares.with_principals().filter(theirs, expires_at__lte=timezone.now()):
        erase_share(library, share, actor, EventAction.SHARE_EXPIRED)


def revoke_share(
    *,
    library: Library,
    principal: PrincipalReference,
    precondition: Precondition | None = None,
    actor: Actor,
) -> Share:
    """Take the share of `principal` away; returns it as it was. One's own may always be given up (R7), if not OWNER.

    Raises LibraryNotFound, ActionNotAllowed, ShareNotFound, LevelAboveOwn, OwnShareFixed, and what
    `precondition` raises.
    """
    with transaction.atomic():
        library = locked_library_for(actor, library, Action.VIEW)
        share = principal.share_of(library)
        own = is_own(share, actor) if share else principal.names(actor)
        require_right_to_revoke(own=own, access=library.access)
        if share is None:
            raise ShareNotFound(principal.text)
        if precondition:
            precondition(share)
        refuse_to_revoke(share, access=library.access, actor=actor)
        erase_share(library, share, actor)
        return share


def transfer_library(
    *,
    library: Library,
    to: PrincipalReference,
    precondition: Callable[[Library], None] | None = None,
    actor: Actor,
) -> Share:
    """Make a user the owner; returns their share.

    An owner's transfer makes that owner an EDITOR; an administrator's makes every other owner one.
    Raises LibraryNotFound, ActionNotAllowed, UnknownPrincipal, OnlyUsersOwn, and what `precondition` (called with the
    locked library) raises.
    """
    with transaction.atomic():
        library = locked_library_for(actor, library, Action.TRANSFER)
        if precondition:
            precondition(library)
        if to.kind != Kind.USER:
            raise OnlyUsersOwn
        new_owner = to.resolve(library)
        return hand_over(library, new_owner, _owner_shares_to_lower(library, actor), actor)


def owners_of(library: Library) -> list[User]:
    """Who owns the library; first the one of the oldest OWNER share, who is named where only one can be.

    Raises LibraryNotFound where it has gone meanwhile, since every other library has an owner (R6).
    """
    owned = library.shares.filter(level=Level.OWNER).select_related("user").order_by("id")
    if owners := [cast(User, share.user) for share in owned]:
        return owners
    raise LibraryNotFound


def locked_library_for(actor: Actor, library: Library, action: Action) -> Library:
    """The library as it stands now, locked until the transaction ends, for one who may do `action`.

    Two statements: what is read in the one that waits for the lock would be as old as the wait.
    Raises what access.get_library_for raises.
    """
    if not Library.objects.select_for_update(no_key=True).filter(pk=library.pk).values_list("pk").first():
        raise LibraryNotFound
    return get_library_for(actor, str(library.pk), action)


def locked_libraries_for(actor: Actor, identifiers: Collection[str]) -> Meant[Library]:
    """What the identifiers mean, of the libraries that the actor may see, as they stand now, locked as
    `locked_library_for` does.

    They are locked in one order, so that two who lock several never wait for each other.
    """
    sought = answering_to(Library.objects.all(), [*map(lookup_for, identifiers)], actor)
    locked = set(sought.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    return get_libraries_for(actor, identifiers).keep(lambda library: library.pk in locked)


def _owner_shares_to_lower(library: Library, actor: Actor) -> list[Share]:
    owners = library.shares.with_principals().filter(level=Level.OWNER)
    return list(owners.filter(user=actor.pk) if library.access.level == Level.OWNER else owners)
