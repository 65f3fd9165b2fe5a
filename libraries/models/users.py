from django.contrib.auth.models import AbstractUser
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower

from libraries.db.in_migrations import RESERVED_NAME, PrefixIndex, new_uuid, validate_not_reserved


class User(AbstractUser):
    """An account: a person or a service. Its groups say which organizations and teams it is in."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    username = models.CharField(
        max_length=150, unique=True, validators=[UnicodeUsernameValidator(), validate_not_reserved]
    )

    level: int
    """What the user's shares on one library add up to; there after access.lists.levels_on."""

    class Meta(AbstractUser.Meta):
        indexes = [
            PrefixIndex(fields=["username"], name="user_by_username_prefix"),
            PrefixIndex(fields=["email"], name="user_by_email_prefix"),
            models.Index(fields=["username"], condition=models.Q(is_superuser=True), name="user_superusers"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("email"), condition=~models.Q(email=""), name="user_email_unique"),
            models.CheckConstraint(
                condition=~models.Q(username__istartswith="team:")
                & ~models.Q(username__istartswith="org:")
                & ~models.Q(username__iexact=RESERVED_NAME),
                name="user_username_not_reserved",
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
