"""Many shares written or erased with everything that goes with them. The verbs of `many` alone call this, under locks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from libraries import bulk, grants
from libraries.events import record_of_shares
from libraries.levels import Kind, Level
from libraries.models import Actor, Library, Share
from libraries.principals import COLUMNS, Principal


class ShareRow(NamedTuple):
    """A share, as changing many at once sees one."""

    id: UUID
    library_id: UUID
    kind: Kind
    subject_id: UUID | None
    level: Level
    expires_at: datetime | None
    note: str

    @property
    def identity(self) -> tuple[UUID, Kind, UUID | None]:
        return self.library_id, self.kind, self.subject_id

    @property
    def user_id(self) -> UUID | None:
        return self.subject_id if self.kind == Kind.USER else None


class Change(NamedTuple):
    """A principal's share on a library before and after; None where there is none."""

    library: Library
    principal: Principal | None
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
    grants.put_all([holding for change in regranted for holding in _holdings(change)])
    _count(net)
    record_of_shares(changes, actor=actor)


def _net(changes: Sequence[Change]) -> list[Change]:
    """The changes that the database sees: one for each share."""
    net: dict[Any, Change] = {}
    for change in changes:
        share = change.after or change.before
        identity = share.identity if share else None
        earlier = net.get(identity)
        net[identity] = change._replace(before=earlier.before) if earlier else change
    return [change for change in net.values() if change.changes]


def _grants_differ(change: Change) -> bool:
    before, after = change.before, change.after
    return not (before and after and (before.level, before.expires_at) == (after.level, after.expires_at))


def _holdings(change: Change) -> Iterator[grants.Holding]:
    if share := change.after:
        subject = change.principal.subject if change.principal else None
        holder = share.subject_id if share.kind == Kind.USER else getattr(subject, "group_id", None)
        yield grants.Holding(share.id, share.library_id, share.kind, holder, share.level, share.expires_at)


def _erase(shares: Sequence[UUID]) -> None:
    """Their grants must be gone."""
    if shares:
        Share.objects.filter(pk__in=shares)._raw_delete(connection.alias)


def _update(shares: Sequence[ShareRow], actor: Actor) -> None:
    now = timezone.now()
    changed = ({**_terms(share), "granted_by_id": actor.pk, "updated_at": now, "id": share.id} for share in shares)
    bulk.update(Share, list(changed))


def _insert(shares: Sequence[ShareRow], actor: Actor) -> None:
    now = timezone.now()
    always = {"granted_by_id": actor.pk, "created_at": now, "updated_at": now}
    bulk.insert(Share, [{**_identity(share), **_terms(share), **always} for share in shares])


def _identity(share: ShareRow) -> dict[str, Any]:
    named = {f"{column}_id": share.subject_id if kind == share.kind else None for kind, column in COLUMNS.items()}
    return {"id": share.id, "library_id": share.library_id, "kind": share.kind, **named}


def _terms(share: ShareRow) -> dict[str, Any]:
    return {"level": share.level, "expires_at": share.expires_at, "note": share.note}


def _count(changes: Sequence[Change]) -> None:
    more: Counter[UUID] = Counter()
    for change in changes:
        more[change.library.pk] += (change.after is not None) - (change.before is not None)
    bulk.add_to(Library, [{"share_count": more[pk], "revision": 1, "id": pk} for pk in sorted(more)])
