from datetime import timedelta

from django.db import models
from django.utils import timezone

from libraries.db.in_migrations import new_uuid
from libraries.identifiers import whole
from libraries.models.users import User

IDEMPOTENCY_KEY_LENGTH = 255
KEPT_FOR = timedelta(hours=24)


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    def outdated(self) -> "IdempotencyKeyQuerySet":
        """Those that count no more, by this machine's clock."""
        return self.filter(created_at__lte=timezone.now() - KEPT_FOR)


class IdempotencyKey(models.Model):
    """A request that created something, and its answer, for whoever sends it again.

    fingerprint: SHA-256 of the request. body: the answer, sealed, since it may hold a secret. nonce: the salt of what
    seals it. status: None only while the transaction that creates goes on, so nobody else ever sees that.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=IDEMPOTENCY_KEY_LENGTH)
    fingerprint = models.CharField(max_length=64)
    nonce = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_unique"),
            models.CheckConstraint(
                condition=models.Q(fingerprint__regex=whole("[0-9a-f]{64}")), name="idempotency_fingerprint_hex"
            ),
        ]

    def __str__(self) -> str:
        return self.key
