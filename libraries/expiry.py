"""Clearing away what is over. It counts for nothing before that, too (R3): this is for the tables alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from libraries.events.record import EventAction
from libraries.models import Actor, IdempotencyKey, Library, Share
from libraries.models.shares import ShareQuerySet
from libraries.people.administrators import require_superuser
from libraries.sharing.write import erase_share

BATCH = 1000


def expired_shares() -> Iterator[Share]:
    """Every share that is over by the database's clock, library by library. Memory stays flat."""
    for batch in _batches():
        yield from batch


def purge_expired(*, actor: Actor) -> int:
    """Remove every share that is over, with an event for each; returns how many that were. Outdated answers go too.

    One transaction for each batch of a library, so that nobody waits for the whole. Raises NotSuperuser.
    """
    require_superuser(actor)
    IdempotencyKey.objects.outdated().delete()
    return sum(
        _purge(library_id, [share.pk for share in shares], actor)
        for batch in _batches()
        for library_id, shares in groupby(batch, key=lambda share: share.library_id)
    )


def _purge(library_id: UUID, found: list[UUID], actor: Actor) -> int:
    """Remove those of the shares found that are over still, now that nobody can give them again."""
    with transaction.atomic():
        Library.objects.select_for_update(no_key=True).filter(pk=library_id).values_list("pk").first()
        shares = list(_expired().filter(pk__in=found))
        for share in shares:
            erase_share(share.library, share, actor, EventAction.SHARE_EXPIRED)
        return len(shares)


def _batches() -> Iterator[list[Share]]:
    """By key, so that no transaction need stay open from the first to the last."""
    batch = list(_expired()[:BATCH])
    while batch:
        yield batch
        last = batch[-1]
        behind = Q(library_id__gt=last.library_id) | Q(pk__gt=last.pk)
        batch = list(_expired().filter(behind, library_id__gte=last.library_id)[:BATCH])


def _expired() -> ShareQuerySet:
    over = Share.objects.with_principals().filter(expires_at__lte=Now())
    return over.select_related("library__organization").order_by("library_id", "pk")
