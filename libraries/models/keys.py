from django.db import models
from django.db.models import Q
from django.utils import timezone

from libraries.db.in_migrations import new_uuid
from libraries.identifiers import whole
from libraries.models.users import User

KEY_NAME_LENGTH = 100


class Scope(models.TextChoices):
    """What a key may be used for: it narrows what its owner may do and never adds to it."""

    LIBRARY_READ = "library:read", "Read libraries and shares"
    LIBRARY_WRITE = "library:write", "Change libraries and shares"
    ACCESS_CHECK = "access:check", "Ask for decisions"
    ORGANIZATION_ADMIN = "organization:admin", "Administer organizations"
    KEY_MANAGE = "key:manage", "Make and revoke keys"


class ApiKey(models.Model):
    """A credential of a user. Only the SHA-256 of the secret is kept.

    made_by: the account that made it, None for a command or an account that is gone. made_by_key: the key that asked
    for it, None where a person did without one (R13).
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=KEY_NAME_LENGTH)
    hint = models.CharField(max_length=16, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    made_by_key = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, editable=False, related_name="made")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "API key"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=whole("[0-9a-f]{64}")), name="api_key_digest_hex")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    def is_live(self) -> bool:
        """Whether the key still opens anything, by this machine's clock."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())
