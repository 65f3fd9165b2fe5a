from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from libraries.identifiers import new_uuid
from libraries.levels import Level


class AppendOnly(Exception):
    """Something tried to change or delete an event (R11)."""


class EventQuerySet(models.QuerySet["Event"]):
    def update(self, **values: Any) -> NoReturn:
        raise AppendOnly("Events are never changed.")

    def delete(self) -> NoReturn:
        raise AppendOnly("Events are never deleted.")


class Event(models.Model):
    """A recorded change (R11). It keeps names as text, so that it outlives what it tells of."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=40)
    actor = models.CharField(max_length=150, blank=True)
    actor_id = models.UUIDField(null=True)
    via = models.CharField(max_length=20)
    request_id = models.CharField(max_length=128, blank=True)
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
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["library_id", "id"], name="event_by_library"),
            models.Index(fields=["organization_id", "id"], name="event_by_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.library} {self.principal}".strip()

    def save(self, **options: Any) -> None:
        if not self._state.adding or options.get("force_update"):
            raise AppendOnly("Events are never changed.")
        super().save(**{**options, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("Events are never deleted.")
