from django.contrib.auth.models import AbstractUser
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower

from libraries.db.in_migrations import RESERVED_NAME, PrefixIndex, new_uuid, validate_not_reserved


class User(AbstractUser):
    """An account: a person's, or a service account of the organization `service_of` (R13).

    Its groups say which organizations and teams it is in. `default_organization` is where dialects that know of one
    organization work, for whoever is in several (R15).
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    username = models.CharField(
        max_length=150, unique=True, validators=[UnicodeUsernameValidator(), validate_not_reserved]
    )

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
        ]

    @property
    def principal_name(self) -> str:
        """As a principal, in the native API, the commands and the console."""
        return self.username


class Operator:
    """Who runs a management command: may do what a superuser may, and has no account."""

    pk = None
    username = ""
    is_active = True
    is_superuser = True


OPERATOR = Operator()
Actor = User | Operator
"""Whoever asks or acts."""
