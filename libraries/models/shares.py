from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from libraries.db.in_migrations import new_uuid
from libraries.models.libraries import Library
from libraries.models.organizations import Organization, Team
from libraries.models.users import User
from libraries.rules.levels import Kind, Level

NOTE_LENGTH = 500


def _names_exactly(kind: Kind) -> Q:
    """That a row of `kind` names the principal of that kind and no other."""
    named = {Kind.USER: "user", Kind.TEAM: "team", Kind.ORGANIZATION: "organization"}
    return Q(kind=kind, **{f"{column}__isnull": kind != other for other, column in named.items()})


def _one_for_each(column: str) -> models.UniqueConstraint:
    """A principal has one share of a library. The principal comes first: so this finds all of theirs too."""
    there_is_one = Q(**{f"{column}__isnull": False})
    return models.UniqueConstraint(fields=[column, "library"], condition=there_is_one, name=f"share_unique_{column}")


def _index_of_few(column: str, value: Level | Kind) -> models.Index:
    """The shares that have a value which few have, in the order of lists.

    Most shares are users' and at READER. These have no such index: whoever walks all shares by key meets enough of them
    to fill a page at once, and every share would pay for the entry.
    """
    return models.Index(fields=["id"], condition=Q(**{column: value}), name=f"share_{column}_{value.name.lower()}")


class ShareQuerySet(models.QuerySet["Share"]):
    def with_principals(self) -> ShareQuerySet:
        """The principals too, in the same query."""
        return self.select_related("user", "team", "organization", "granted_by")


class Share(models.Model):
    """One principal's level on one library: the record that people read and edit."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="shares", db_index=False)
    kind = models.PositiveSmallIntegerField(choices=Kind, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="shares", db_index=False
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="shares", db_index=False
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="shares", db_index=False
    )
    level = models.PositiveSmallIntegerField(choices=Level)
    expires_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    granted_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="shares_given",
        db_index=False,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = ShareQuerySet.as_manager()

    admissible: bool
    """Whether R8 would admit the principal today; there after PrincipalReference.share_of."""
    is_expired: bool
    """Whether the share has expired, by the database's clock; there after access.explain.explain."""

    class Meta:
        ordering = ["id"]
        # Every index costs every share: so none that another begins with, and none over what most do not have.
        indexes = [
            models.Index(fields=["library", "id"], name="share_by_library"),
            models.Index(fields=["granted_by"], condition=Q(granted_by__isnull=False), name="share_by_granted_by"),
            models.Index(fields=["expires_at", "id"], name="share_by_end"),
            *(_index_of_few("level", level) for level in (Level.NONE, Level.EDITOR, Level.OWNER)),
            # Those for everyone are in share_unique_everyone.
            *(_index_of_few("kind", kind) for kind in (Kind.TEAM, Kind.ORGANIZATION)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=_names_exactly(Kind.USER)
                | _names_exactly(Kind.TEAM)
                | _names_exactly(Kind.ORGANIZATION)
                | _names_exactly(Kind.EVERYONE),
                name="share_names_one_principal",
            ),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="share_level_known"),
            models.CheckConstraint(
                condition=~Q(level=Level.OWNER) | Q(kind=Kind.USER, expires_at__isnull=True),
                name="share_owner_is_a_user_for_good",
            ),
            *(_one_for_each(column) for column in ("user", "team", "organization")),
            models.UniqueConstraint(fields=["library"], condition=Q(kind=Kind.EVERYONE), name="share_unique_everyone"),
        ]

    def __str__(self) -> str:
        return f"{self.principal_name}: {Level(self.level).name}"

    @property
    def principal_name(self) -> str:
        """The principal as the native API, the commands and the console write it."""
        principal = self.user or self.team or self.organization
        return principal.principal_name if principal else "everyone"
