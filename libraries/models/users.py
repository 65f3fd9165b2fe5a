from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower

from libraries.db.in_migrations import RESERVED_NAME, PrefixIndex, new_uuid, validate_not_reserved, validate_username
from libraries.errors import ServiceAccountFixed


class User(AbstractUser):
    """An account: a person's, or a service account of the organization `service_of` (R13).

    Its groups say which organizations and teams it is in. `default_organization` is where dialects that know of one
    organization work, for whoever is in several (R15).
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    username = models.CharField(max_length=150, unique=True, validators=[validate_username, validate_not_reserved])

    service_of = models.ForeignKey(
        "libraries.Organization", on_delete=models.PROTECT, null=True, editable=False, related_name="service_accounts"
    )
    default_organization = models.ForeignKey(
        "libraries.Organization", on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    level: int
    """What the user's shares on one library add up to; there after access.lists.levels_on."""

    class Meta(AbstractUser.Meta):
        indexes = [
            PrefixIndex(fields=["username"], name="user_by_username_prefix"),
            PrefixIndex(fields=["email"], name="user_by_email_prefix"),
            models.Index(fields=["username"], condition=models.Q(is_superuser=True), name="user_superusers"),
            models.Index(fields=["id"], condition=models.Q(is_active=False), name="user_inactive"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("email"), condition=~models.Q(email=""), name="user_email_unique"),
            models.CheckConstraint(
                condition=~models.Q(username__istartswith="team:")
                & ~models.Q(username__istartswith="org:")
                & ~models.Q(username__iexact=RESERVED_NAME),
                name="user_username_not_reserved",
            ),
            models.CheckConstraint(
                condition=models.Q(service_of=None) | models.Q(is_staff=False, is_superuser=False),
                name="user_service_account_has_no_power",
            ),
            models.CheckConstraint(
                condition=models.Q(service_of=None) | models.Q(password__startswith=UNUSABLE_PASSWORD_PREFIX),
                name="user_service_account_has_no_password",
            ),
        ]

    @property
    def principal_name(self) -> str:
        """As a principal, in the native API, the commands and the console."""
        return self.username

    @property
    def service_name(self) -> str:
        """What a service account is called in its organization: `robot` of `acme.robot`. No slug has a dot in it."""
        return self.username.partition(".")[2] if self.service_of_id else ""

    def set_password(self, raw_password: str | None) -> None:
        """Raises ServiceAccountFixed: a service account has none (R13)."""
        if self.service_of_id and raw_password is not None:
            raise ServiceAccountFixed(self.username, "has no password")
        super().set_password(raw_password)


class ServiceAccountManager(UserManager["ServiceAccount"]):
    def get_queryset(self) -> models.QuerySet[ServiceAccount]:
        return super().get_queryset().filter(service_of__isnull=False)


class ServiceAccount(User):
    """The accounts that are service accounts, as a list of their own in the console (R13)."""

    objects: ClassVar = ServiceAccountManager()

    class Meta:
        proxy = True
        verbose_name = "service account"
        ordering = ["username"]


class Operator:
    """Who runs a management command: may do what a superuser may, and has no account."""

    pk = None
    username = ""
    is_active = True
    is_superuser = True


OPERATOR = Operator()
Actor = User | Operator
"""Whoever asks or acts."""
