"""Many shares written or erased with everything that goes with them. The verbs in `bulk.py` alone call this, under locks.

Keys are texts here: as objects, they would take longer to make than the rows that they are in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from libraries.db import bulk
from libraries.events.record import record_of_shares
from libraries.models import Actor, Library, Share
from libraries.rules.levels import Kind, Level
from libraries.sharing import grants
from libraries.sharing.bulk_principals import BulkPrincipal

ShareKey = tuple[str, Kind, Any]
"""Of a share: the library, and the kind and key of the principal."""


class ShareRow(NamedTuple):
    """A share, as changing many at once sees one."""

    id: str
    library_id: str
    kind: Kind
    subject_id: str | None
    level: Level
    expires_at: datetime | None
    note: str

    @property
    def identity(self) -> ShareKey:
        return self.library_id, self.kind, self.subject_id

    @property
    def user_id(self) -> UUID | None:
        return UUID(self.subject_id) if self.kind == Kind.USER else None


class Change(NamedTuple):
    """A principal's share on a library before and after; None where there is none, or nobody of that name."""

    library: Library
    principal: BulkPrincipal | None
    before: ShareRow | None
    after: ShareRow | None

    @property
    def changes(self) -> bool:
        """Whether there is any difference."""
        return self.before != self.after

    @property
    def principal_name(self) -> str:
        return self.principal.name if self.principal else ""


def write_changes(changes: Sequence[Change], actor: Actor) -> None:
    """Write the changes, with the grants, the libraries' counts and one event for each.

    Where several are about one share, each begins with what the one before it left.
    """
    net = _net(changes)
    regranted = [change for change in net if _grants_differ(change)]
    grants.drop_all([change.before.id for change in regranted if change.before])
    _erase([change.before.id for change in net if change.before and not change.after])
    _update([change.after for change in net if change.before and change.after], actor)
    _insert([change.after for change in net if change.after and not change.before], actor)
    grants.put_all([change.after for change in regranted if change.after])
    _count(net)
    record_of_shares(changes, actor=actor)


def _net(changes: Sequence[Change]) -> list[Change]:
    """The changes that the database sees: one for each share. One taken away and given again is another."""
    net: dict[str, Change] = {}
    for change in changes:
        share = change.after or change.before
        if share:
            earlier = net.get(share.id)
            net[share.id] = change._replace(before=earlier.before) if earlier else change
    return [change for change in net.values() if change.changes]


def _grants_differ(change: Change) -> bool:
    before, after = change.before, change.after
    return not (before and after and (before.level, before.expires_at) == (after.level, after.expires_at))


def _erase(shares: Sequence[str]) -> None:
    """Their grants must be gone."""
    if shares:
        Share.objects.filter(pk__in=shares)._raw_delete(connection.alias)


def _update(shares: Sequence[ShareRow], actor: Actor) -> None:
    now = timezone.now()
    columns = ("level", "expires_at", "note", "granted_by_id", "updated_at", "id")
    rows = [(int(share.level), share.expires_at, share.note, actor.pk, now, share.id) for share in shares]
    bulk.update(Share, columns, rows)


def _insert(shares: Sequence[ShareRow], actor: Actor) -> None:
    now, giver = timezone.now().isoformat(), str(actor.pk) if actor.pk else None
    terms = ("level", "expires_at", "note", "granted_by_id", "created_at", "updated_at")
    rows = [
        (
            share.id,
            share.library_id,
            int(share.kind),
            *_subject(share),
            int(share.level),
            share.expires_at,
            share.note,
            giver,
            now,
            now,
        )
        for share in shares
    ]
    bulk.insert(Share, ("id", "library_id", "kind", "user_id", "team_id", "organization_id", *terms), rows)


def _subject(share: ShareRow) -> tuple[str | None, ...]:
    """The three columns for a user, a team and an organization."""
    match share.kind:
        case Kind.USER:
            return share.subject_id, None, None
        case Kind.TEAM:
            return None, share.subject_id, None
        case _:
            return None, None, share.subject_id


def _count(changes: Sequence[Change]) -> None:
    more: Counter[str] = Counter()
    for change in changes:
        more[change.library.key] += (change.after is not None) - (change.before is not None)
    bulk.add_to(Library, ("share_count", "revision", "id"), [(more[key], 1, key) for key in sorted(more)])
