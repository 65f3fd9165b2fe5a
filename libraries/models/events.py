from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Func
from django.db.models.functions import Coalesce, Least

from libraries.db.in_migrations import NextPosition, new_uuid
from libraries.rules.levels import Level

# How the events have an order in which nothing is ever added behind a reader, though many write at once:
#
# `position` comes from the database with each INSERT, whoever sends it. It grows, also within what waits for one lock,
# so a library's events stand in the order in which they happened. SQLite lets one writer in at a time: positions are
# committed in their order, and that is all. On PostgreSQL a later position may be committed first, and a reader who
# went past an earlier one would never see that. So a transaction takes, before it is given its first position, a shared
# advisory lock that says which position was the newest by then, and keeps it until it has ended: all of its own are
# above that. A reader asks first for the newest position to be seen, then for the lowest of those locks; the lower of
# the two is the horizon. Only then, in another statement, it asks for events: what is not above the horizon was given
# to transactions that have ended, so is there by now or never will be. No writer waits for another or for a reader; one
# that takes long holds back what readers see, nothing else. Nothing of a transaction is stored, so a point stays good
# in a restored database. The sequence, the triggers and the function are in migration 0002.


class Horizon(Func):
    """The position up to which no event will ever be added any more."""

    template = "libraries_event_horizon()"
    arity = 0
    output_field = models.BigIntegerField()

    def as_sqlite(self, compiler, connection, **context):  # type: ignore[no-untyped-def]
        return self.as_sql(compiler, connection, template=str(models.BigIntegerField.MAX_BIGINT), **context)


class AppendOnly(Exception):
    """Something tried to change or delete an event (R11)."""


class EventQuerySet(models.QuerySet["Event"]):
    def horizon(self) -> int:
        """The newest position among these behind which nothing will be added; 0 where there is none. One query.

        Read events in another statement, after this one, and not inside a transaction that keeps one snapshot.
        """
        newest = Coalesce(models.Max("position"), 0)
        return self.aggregate(horizon=Least(newest, Horizon()))["horizon"]

    def update(self, **values: Any) -> NoReturn:
        raise AppendOnly("Events are never changed.")

    def delete(self) -> NoReturn:
        raise AppendOnly("Events are never deleted.")


class Event(models.Model):
    """A recorded change (R11). It keeps names as text, so that it outlives what it tells of."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    position = models.BigIntegerField(unique=True, db_default=NextPosition(), editable=False)
    at = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=40)
    actor = models.CharField(max_length=150, blank=True)
    actor_id = models.UUIDField(null=True)
    via = models.CharField(max_length=20)
    request_id = models.CharField(max_length=128, blank=True)
    key_id = models.UUIDField(null=True)
    address = models.GenericIPAddressField(null=True)
    organization = models.CharField(max_length=100, blank=True)
    organization_id = models.UUIDField(null=True)
    library = models.CharField(max_length=40, blank=True)
    library_id = models.UUIDField(null=True)
    principal = models.CharField(max_length=160, blank=True)
    from_level = models.PositiveSmallIntegerField(choices=Level, null=True)
    to_level = models.PositiveSmallIntegerField(choices=Level, null=True)
    details = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-position"]
        indexes = [
            models.Index(fields=["library_id", "position"], name="event_by_library"),
            models.Index(fields=["organization_id", "position"], name="event_by_organization"),
            models.Index(fields=["at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.library} {self.principal}".strip()

    def save(self, **options: Any) -> None:
        if not self._state.adding or options.get("force_update"):
            raise AppendOnly("Events are never changed.")
        super().save(**{**options, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("Events are never deleted.")
