"""Keys that end with something else than their own revocation, and what is recorded of a key."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from libraries.events.record import EventAction, record, record_of_organization
from libraries.models import Actor, ApiKey, Organization, User
from libraries.rules.conditions import unexpired


def keys_ending_with(person: User, *, at: Organization | None = None) -> list[ApiKey]:
    """The live keys that end when a person is let go, or deactivated: each with its user (R13).

    Their own, those that they made for service accounts (of the organization `at`, where one is named), and what any of
    these made.
    """
    made_for_programs = (
        Q(made_by=person, user__service_of=at) if at else Q(made_by=person, user__service_of__isnull=False)
    )
    return _with_what_they_made(Q(user=person) | made_for_programs)


def keys_made_for_programs(person: User, *, at: Organization) -> list[ApiKey]:
    """The live keys that a person made for the organization's service accounts, and what these made (R13)."""
    return _with_what_they_made(Q(made_by=person, user__service_of=at))


def keys_made_with(key: ApiKey) -> list[ApiKey]:
    """The live keys that end with the key (R13), each with its user: made with it, or with one that was."""
    return _with_what_they_made(Q(made_by_key=key))


def end_keys(keys: Collection[ApiKey], *, actor: Actor) -> list[ApiKey]:
    """End each of the keys, and all that was made with them (R13), with an event each; returns those that this ended.

    What gives the right to is for the verb that calls this, in its transaction.
    """
    first = {key.pk for key in keys}
    # Locked, so that no call with any of them can write, nor make one more, any longer.
    locked = ApiKey.objects.select_for_update(no_key=True, of=("self",))
    found = _with_descendants(Q(pk__in=first), among=locked)
    ended = [key for key in found if key.revoked_at is None and (key.is_live or key.pk in first)]
    for key in ended:  # recorded first: the acting key may be among them
        record_of_key(EventAction.KEY_REVOKED, key, actor=actor)
    ApiKey.objects.filter(pk__in=[key.pk for key in ended]).update(revoked_at=Now())
    return ended


def record_of_key(action: EventAction, key: ApiKey, *, actor: Actor) -> None:
    """Write one event about a key. Its organization reads those of its service accounts' keys.

    Where it is a person's and another makes it, a superuser or the operator, the event says so (R13).
    """
    user = key.user
    details = {"key": key.name}
    if action == EventAction.KEY_CREATED and user.service_of is None and actor.pk != user.pk:
        details["madeForThemBy"] = actor.username or "the operator"
    if user.service_of:
        record_of_organization(action, user.service_of, actor=actor, principal=user.username, details=details)
    else:
        record(action, actor=actor, principal=user.username, details=details)


def _with_what_they_made(first: Q) -> list[ApiKey]:
    """Live ones alone: who made a key that is revoked took it along, and none outlasts what made it."""
    live = ApiKey.objects.filter(unexpired(), revoked_at=None)
    return sorted(_with_descendants(first, among=live), key=lambda key: key.pk)


def _with_descendants(first: Q, *, among: QuerySet[ApiKey]) -> list[ApiKey]:
    """The first, then what was made with these, generation by generation; each with its user, a query for each."""
    rows = among.select_related("user__service_of").order_by("pk")
    found: dict[UUID, ApiKey] = {}
    generation = list(rows.filter(first))
    while generation:
        found.update((key.pk, key) for key in generation)
        generation = list(rows.filter(made_by_key__in=generation).exclude(pk__in=found))
    return list(found.values())
