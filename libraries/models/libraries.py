from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any, ClassVar

from django.db import models
from django.db.models import BooleanField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property

from libraries.db.in_migrations import new_object_id, new_uuid
from libraries.identifiers import (
    NATURAL_ID_LENGTH,
    NATURAL_ID_PATTERN,
    OBJECT_ID_PATTERN,
    UUID_PATTERN,
    qualified,
    whole,
)
from libraries.models.holding import AmongHeld, Holds, IsAdministered, ReachingGrants, count_reaching
from libraries.models.organizations import Organization, OrganizationUserObjectPermission
from libraries.models.users import Actor
from libraries.rules import conditions
from libraries.rules.levels import ADMINISTRATORS_MAY, GRANTED, SHUT_OUT, Access, Action, Level, Way


def administered_by(user: Actor, organization: str = "organization") -> Exists:
    """Whether the organization in that column is one that the user administers (R10)."""
    return Exists(
        OrganizationUserObjectPermission.objects.to_administer().filter(
            content_object=OuterRef(organization), user=user.pk
        )
    )


FEW_GRANTS = 1000
"""So many grants are read and sorted sooner than an index is walked for them."""


def allowed_to(user: Actor, action: Action, *, walking: bool = False) -> Q:
    """The libraries to which an active user who is no superuser may do `action`. `walking`: see LibraryQuerySet.allowing."""
    allowed = _allowed(action, user=Value(user.pk), walking=walking)
    if action in ADMINISTRATORS_MAY:
        allowed |= Q(IsAdministered(F("pk"), F("organization"), Value(user.pk), walking=walking))
    return allowed


def _allowed(action: Action, *, walking: bool = False, **who: Any) -> Q:
    """The libraries to which they may do `action` through shares. who: `user` or `groups`; see Holds and AmongHeld."""

    def holding(way: Way) -> Holds | AmongHeld:
        if walking:
            return Holds(way.permission, below=way.below, library=F("pk"), **who)
        return AmongHeld(F("pk"), way.permission, below=way.below, **who)

    return conditions.allowed(action, holding, editors_can_share=Q(editors_can_share=True))


class LibraryQuerySet(models.QuerySet["Library"]):
    def visible_to(self, user: Actor, *, walking: bool = False) -> LibraryQuerySet:
        """The libraries that the user may see, all of them, in one query (R9). `walking`: see `allowing`."""
        return self.allowing(user, Action.VIEW, walking=walking)

    def allowing(self, user: Actor, action: Action, *, walking: bool = False) -> LibraryQuerySet:
        """The libraries to which the user may do `action`, all of them, in one query.

        walking: look at one library after another, in the order asked for, instead of collecting what is within the
        user's reach. Quick where only the first of many are wanted, slow for anything else.
        """
        if not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.all()
        return self.filter(allowed_to(user, action, walking=walking))

    def allowing_members_of(self, groups: Collection[int], action: Action) -> LibraryQuerySet:
        """Those to which whoever is in these groups and no other, and has no share of their own, may do `action`."""
        return self.filter(_allowed(action, groups=[Value(group) for group in groups]))

    def holding(self, user: Actor, level: Level) -> LibraryQuerySet:
        """Those where the user's shares alone add up to `level` or more; an administrator's power is no part of it."""
        if level == Level.NONE:
            return self.all()
        if not user.is_active:
            return self.none()
        return self.filter(Holds(GRANTED[level][-1], library=F("pk"), user=Value(user.pk)))

    def not_holding(self, user: Actor, level: Level) -> LibraryQuerySet:
        """The others: those where the user's shares add up to less than `level`."""
        if level == Level.NONE or not user.is_active:
            return self.none() if level == Level.NONE else self.all()
        held = Holds(GRANTED[level][-1], library=F("pk"), user=Value(user.pk))
        return self.exclude(Q(Coalesce(held, Value(False))))

    def sees_few(self, user: Actor) -> bool:
        """Whether no more than FEW_GRANTS grants and powers could show the user anything. One query."""
        return not user.is_superuser and count_reaching(user.pk, Action.VIEW, limit=FEW_GRANTS + 1) <= FEW_GRANTS

    def with_access_of(self, user: Actor, *, with_shares: bool = False) -> LibraryQuerySet:
        """Each library with what the user ends up with on it, as `library.access`, in the same query.

        with_shares: what reaches the user then tells which share it comes from (`conditions.SharedGrant`).
        """
        return self.select_related("organization").annotate(
            _reaching=ReachingGrants(library=F("pk"), user=Value(user.pk), with_shares=with_shares),
            _administers=administered_by(user),
            _active=Value(user.is_active, BooleanField()),
            _superuser=Value(user.is_superuser, BooleanField()),
        )


class Library(models.Model):
    """Whatever its owners share as one thing: a document collection, a dataset, a corpus, a model."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    natural_id = models.CharField(max_length=NATURAL_ID_LENGTH)
    object_id = models.CharField(max_length=24, unique=True, default=new_object_id, editable=False)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    emoji = models.CharField(max_length=16, blank=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="libraries")
    editors_can_share = models.BooleanField(default=False)
    share_count = models.PositiveIntegerField(default=0, editable=False)
    revision = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    _reaching: str | None
    _administers: bool
    _active: bool
    _superuser: bool

    standing: int
    """How near its organization is to the user who names it; there after access.names.meant_by."""
    has_namesake: bool
    """Whether the user knows of another library of its natural id; there after access.names.with_names_for."""

    objects: ClassVar[models.Manager[Library]] = LibraryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "libraries"
        ordering = ["name", "id"]
        permissions = [
            (Action.SHARE, "Can share library"),
            (Action.TRANSFER, "Can transfer library"),
            (SHUT_OUT, "Is shut out of library"),
        ]
        indexes = [models.Index(fields=["name", "id"], name="library_by_name")]
        constraints = [
            # In this order it finds all libraries of a name, and is the order in which they are listed by it.
            models.UniqueConstraint(fields=["natural_id", "organization"], name="library_natural_id_unique"),
            models.CheckConstraint(
                condition=Q(natural_id__regex=whole(NATURAL_ID_PATTERN))
                & ~Q(natural_id__regex=whole(OBJECT_ID_PATTERN))
                & ~Q(natural_id__regex=whole(UUID_PATTERN)),
                name="library_natural_id_distinct",
            ),
            models.CheckConstraint(
                condition=Q(object_id__regex=whole(OBJECT_ID_PATTERN)), name="library_object_id_hex"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def key(self) -> str:
        """Its primary key as text."""
        return str(self.pk)

    @property
    def qualified_name(self) -> str:
        """The name by which everybody who may see it finds it, such as `acme.handbook` (R16)."""
        return qualified(self.organization.slug, self.natural_id)

    @property
    def short_name(self) -> str:
        """The shortest name by which the user of `access.names.with_names_for` finds it (R16)."""
        return self.qualified_name if self.has_namesake else self.natural_id

    @cached_property
    def access(self) -> Access:
        """What the user of `with_access_of` ends up with."""
        if not self._active:
            return Access()
        return access_by(self._reaching, self._administers, self._superuser, self.editors_can_share)


@lru_cache(4096)
def access_by(reaching: str | None, administers: bool, superuser: bool, editors_can_share: bool) -> Access:
    """What this comes to, as the database has just told it: it depends on nothing else, and most rows of a page are alike."""
    return Access(
        reaching=tuple(conditions.parse(reaching)),
        administers=administers,
        superuser=superuser,
        editors_can_share=editors_can_share,
    )
