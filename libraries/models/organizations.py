from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import Group
from django.db import models
from django.db.models.functions import Lower
from guardian.managers import UserObjectPermissionManager
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from libraries.db.in_migrations import PrefixIndex, new_uuid
from libraries.identifiers import SLUG_LENGTH
from libraries.models.users import Actor

ADMINISTER = "administer_organization"
CHECK_ACCESS = "check_access"


class GroupOwner(models.Model):
    """Something that users are members of: it owns one Django group, whose users are the members."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.group_id:
            self.group = Group.objects.create(name=f"{self._meta.model_name}:{self.pk}")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **kwargs)
        self.group.delete()
        return deleted


class SharingScope(models.TextChoices):
    """Whom an organization's libraries may be shared with (R8)."""

    ORGANIZATION = "organization", "Its own members, teams and itself"
    ANYONE = "anyone", "Anyone here"


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def administered_by(self, user: Actor) -> OrganizationQuerySet:
        """Those in which the user may do what R10 gives to administrators, all of them, in one query."""
        if not user.is_active or user.is_superuser:
            return self.all() if user.is_active else self.none()
        powers = OrganizationUserObjectPermission.objects.to_administer().filter(user=user.pk)
        return self.filter(pk__in=powers.values("content_object"))


class Organization(GroupOwner):
    """The home of libraries, teams and members."""

    slug = models.SlugField(max_length=SLUG_LENGTH, unique=True)
    name = models.CharField(max_length=200)
    sharing_scope = models.CharField(max_length=20, choices=SharingScope, default=SharingScope.ORGANIZATION)
    created_at = models.DateTimeField(auto_now_add=True)

    administered: bool
    """Whether the user who asks administers it; there after people.queries.visible_organizations."""

    objects: ClassVar[models.Manager[Organization]] = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        indexes = [PrefixIndex(fields=["slug"], name="organization_by_prefix")]
        permissions = [(ADMINISTER, "Can administer the organization"), (CHECK_ACCESS, "Can ask about others' access")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sharing_scope__in=SharingScope.values), name="organization_sharing_scope_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def principal_name(self) -> str:
        """As a principal, in the native API, the commands and the console."""
        return f"org:{self.slug}"


class Team(GroupOwner):
    """Some members of one organization."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="teams")
    slug = models.SlugField(max_length=SLUG_LENGTH)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["organization", "slug"]
        indexes = [
            PrefixIndex(fields=["slug"], name="team_by_slug_prefix"),
            PrefixIndex(fields=["email"], name="team_by_email_prefix"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organization", "slug"], name="team_slug_unique"),
            models.UniqueConstraint(
                "organization", Lower("email"), condition=~models.Q(email=""), name="team_email_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization.slug}/{self.slug}"

    @property
    def principal_name(self) -> str:
        """As a principal of its organization's libraries, in the native API, the commands and the console."""
        return f"team:{self.slug}"


class PowerQuerySet(models.QuerySet["OrganizationUserObjectPermission"]):
    def to(self, *codenames: str) -> PowerQuerySet:
        """Those of these powers."""
        return self.filter(permission__codename__in=codenames)

    def to_administer(self) -> PowerQuerySet:
        """Those that make their user an administrator of the organization (R10)."""
        return self.filter(permission__codename=ADMINISTER)


class OrganizationUserObjectPermission(UserObjectPermissionBase):
    """A power over one organization that a user holds (R10)."""

    content_object = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="user_permissions")

    objects: ClassVar = UserObjectPermissionManager.from_queryset(PowerQuerySet)()

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        verbose_name = "power over an organization"
        verbose_name_plural = "powers over organizations"


class OrganizationGroupObjectPermission(GroupObjectPermissionBase):
    """Guardian's counterpart for groups; powers over organizations are given to users alone."""

    content_object = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="group_permissions")
