"""One share written or erased with everything that goes with it. Verbs alone call this, with the library locked."""

from collections.abc import Iterable
from copy import copy

from django.db.models import F

from libraries.events.record import EventAction, record_of_library, record_of_share
from libraries.models import Actor, Library, Share, User
from libraries.principals import Principal
from libraries.rules.levels import Level
from libraries.sharing import grants


def write_share(library: Library, before: Share | None, after: Share, actor: Actor) -> None:
    """Save a share that was made or changed, with its grants, the library's counts and the event."""
    after.granted_by = actor if isinstance(actor, User) else None
    if before is None:
        after.save(force_insert=True)
    else:
        after.save(update_fields=["level", "expires_at", "note", "granted_by", "updated_at"])
    grants.put(after, before=before)
    _count(library, 0 if before else 1)
    action = EventAction.SHARE_CHANGED if before else EventAction.SHARE_CREATED
    record_of_share(action, library, before=before, after=after, actor=actor)


def erase_share(library: Library, share: Share, actor: Actor, action: EventAction = EventAction.SHARE_REVOKED) -> None:
    """Delete a share, with its grants, the library's counts and the event."""
    record_of_share(action, library, before=share, after=None, actor=actor)
    Share.objects.filter(pk=share.pk).delete()
    _count(library, -1)


def hand_over(library: Library, to: Principal, former: Iterable[Share], actor: Actor) -> Share:
    """Make a user the owner, and each of the `former` owners' shares an EDITOR's; returns the new owner's share."""
    before = to.reference.share_of(library)
    lowered = [share for share in former if share != before]
    for share in lowered:
        write_share(library, share, _at_level(share, Level.EDITOR), actor)
    after = _at_level(before or Share(library=library, **to.columns), Level.OWNER)
    if before is None or before.level < Level.OWNER:
        write_share(library, before, after, actor)
    elif not lowered:
        return before
    record_of_library(
        EventAction.LIBRARY_TRANSFERRED,
        library,
        actor=actor,
        principal=after.principal_name,
        from_level=before.level if before else None,
        to_level=Level.OWNER,
    )
    return after


def _at_level(share: Share, level: Level) -> Share:
    changed = copy(share)
    changed.level = level
    changed.expires_at = None if level == Level.OWNER else share.expires_at
    return changed


def _count(library: Library, difference: int) -> None:
    Library.objects.filter(pk=library.pk).update(share_count=F("share_count") + difference, revision=F("revision") + 1)
