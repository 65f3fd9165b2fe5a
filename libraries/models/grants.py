"""The two tables of django-guardian that enforce shares (docs/decisions/0001-guardian-as-index.md)."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.db import models
from django.db.models import F, Q, Subquery
from guardian.managers import GroupObjectPermissionManager, UserObjectPermissionManager
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from libraries.db.expressions import AreAmong
from libraries.models.users import User
from libraries.rules.conditions import unexpired
from libraries.rules.levels import Kind

Pairs = Collection[tuple[Any, UUID]]
"""Keys of users or groups, each with the key of a library."""
EVERYONE = "everyone"
"""The group that all active accounts are in without a row; also how that principal is written."""


@cache
def permission_key(codename: str) -> Subquery:
    """The key of a permission on libraries, looked up by the database in the same statement.

    Made once: a question about who may do what has dozens of these, and Django copies what it puts into a query.
    """
    named = Permission.objects.filter(
        codename=codename, content_type__app_label="libraries", content_type__model="library"
    )
    return Subquery(named.order_by().values("pk"))


class UserGrantQuerySet(models.QuerySet["LibraryUserObjectPermission"]):
    def reaching_pairs(self, pairs: Pairs) -> UserGrantQuerySet:
        """Those that reach each of the users, on the library beside them, apart from expired ones (R3)."""
        return self.filter(unexpired(), AreAmong(F("user"), F("content_object"), rows=pairs))


class GroupGrantQuerySet(models.QuerySet["LibraryGroupObjectPermission"]):
    def reaching_pairs(self, pairs: Pairs) -> GroupGrantQuerySet:
        """Those that reach each of the users as `member`, on the library beside them; without everyone's (R3)."""
        paired = AreAmong(F("member"), F("content_object"), rows=pairs)
        return self.annotate(member=F("group__user")).filter(unexpired(), paired)

    def reaching_group_pairs(self, pairs: Pairs, libraries: Collection[UUID]) -> GroupGrantQuerySet:
        """Those made to each of the groups, on the library beside it, and everyone's on all `libraries` (R3)."""
        here = AreAmong(F("content_object"), rows=[(library,) for library in libraries])
        everyone = Q(here, breadth=Kind.EVERYONE)
        return self.filter(unexpired(), everyone | Q(AreAmong(F("group"), F("content_object"), rows=pairs)))


class ShareGrant(models.Model):
    """What both tables have beside guardian's columns.

    `expires_at`, like `breadth` below, is copied from the share so that a check reads this pair of tables alone.
    Guardian's columns are declared anew. They have no index of their own: others begin with the user, the group and the
    library, and a permission alone finds half of the table. They have no constraint of their own either: the database
    holds a grant to its share and the share to its principal and library; to ask again for each grant would double the
    checks that a share costs. `verify_grants` proves that all columns agree.
    """

    share = models.ForeignKey("libraries.Share", on_delete=models.CASCADE, editable=False)
    permission = models.ForeignKey(Permission, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    expires_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


class LibraryUserObjectPermission(ShareGrant, UserObjectPermissionBase):
    """A permission on one library that a share grants to its user."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    content_object = models.ForeignKey(
        "libraries.Library",
        on_delete=models.CASCADE,
        related_name="user_grants",
        db_index=False,
        db_constraint=False,
    )

    objects: ClassVar = UserObjectPermissionManager.from_queryset(UserGrantQuerySet)()

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        verbose_name = "grant to a user"
        verbose_name_plural = "grants to users"
        indexes = [models.Index(fields=["content_object", "user"], name="user_grant_by_library")]


class LibraryGroupObjectPermission(ShareGrant, GroupObjectPermissionBase):
    """A permission on one library that a share grants to a team, an organization or everyone."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    content_object = models.ForeignKey(
        "libraries.Library",
        on_delete=models.CASCADE,
        related_name="group_grants",
        db_index=False,
        db_constraint=False,
    )
    breadth = models.PositiveSmallIntegerField(choices=Kind, editable=False)

    objects: ClassVar = GroupObjectPermissionManager.from_queryset(GroupGrantQuerySet)()

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False
        verbose_name = "grant to a group"
        verbose_name_plural = "grants to groups"
        indexes = [models.Index(fields=["content_object", "group"], name="group_grant_by_library")]
        constraints = [
            models.CheckConstraint(condition=Q(breadth__in=Kind.values), name="group_grant_breadth_known"),
        ]
