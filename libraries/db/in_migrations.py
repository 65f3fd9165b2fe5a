"""What migrations name. They import this and nothing else of the application, so names here stay for good.

A value that a row is given, a validator or an expression belongs here as soon as a field names it: migrations are run
long after the code around them has moved. What changes its meaning gets a new name, and the old one is kept.
"""

import secrets
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField, Func, Index
from uuid_utils.compat import uuid7

from libraries.db.usernames import username_fault

RESERVED_PREFIXES = ("team:", "org:")
RESERVED_NAME = "everyone"


def new_uuid() -> UUID:
    """A UUID of version 7: later ones sort later."""
    return uuid7()


def new_object_id() -> str:
    """24 random hex digits."""
    return secrets.token_hex(12)


def validate_not_reserved(username: str) -> None:
    """A username must never read as another kind of principal."""
    lowered = username.lower()
    if lowered == RESERVED_NAME or lowered.startswith(RESERVED_PREFIXES):
        raise ValidationError("A username may not be “everyone”, nor start with “team:” or “org:”.", code="reserved")


def validate_username(username: str) -> None:
    """What an account can be called from here on; those that are called otherwise stay."""
    if fault := username_fault(username):
        raise ValidationError(fault, code="invalid")


class NextPosition(Func):
    """The position of an event that is being inserted. On SQLite 0, in whose place a trigger puts the next one."""

    template = "nextval('libraries_event_position')"
    arity = 0
    output_field = BigIntegerField()

    def as_sqlite(self, compiler, connection, **context):  # type: ignore[no-untyped-def]
        return self.as_sql(compiler, connection, template="0", **context)


class PrefixIndex(Index):
    """Finds a text by how it begins, whatever its case: what the lookup `istartswith` asks. Of one field.

    Each database has its own kind for it. PostgreSQL's lookup compares capitals, and its usual order is no help with
    beginnings; SQLite's LIKE looks for an index that ignores case.
    """

    def create_sql(self, model, schema_editor, using="", **kwargs):  # type: ignore[no-untyped-def]
        if schema_editor.connection.vendor == "postgresql":
            return self._create(model, schema_editor, sql=POSTGRESQL_PREFIX_INDEX)
        return self._create(model, schema_editor, col_suffixes=("COLLATE NOCASE",))

    def _create(self, model: Any, schema_editor: Any, **how: Any) -> Any:
        fields = [model._meta.get_field(name) for name in self.fields]
        return schema_editor._create_index_sql(model, fields=fields, name=self.name, **how)


POSTGRESQL_PREFIX_INDEX = (
    "CREATE INDEX %(name)s ON %(table)s%(using)s ((UPPER(%(columns)s::text)) text_pattern_ops)%(extra)s"
)
