"""django-guardian as others use it, on the same data: on direct models, which are ours, and on its generic ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from libraries.models import Library, LibraryGroupObjectPermission, LibraryUserObjectPermission, User

DIRECT_MODELS: tuple[Any, ...] = (LibraryUserObjectPermission, LibraryGroupObjectPermission)


def fresh(user: User) -> User:
    """The user as a new request has them: without the groups that guardian would keep on one it asked about before."""
    return User(pk=user.pk, username=user.username, is_active=True)


@contextmanager
def generic_models() -> Iterator[None]:
    """Guardian looks into its generic tables meanwhile."""
    for model in DIRECT_MODELS:
        model.enabled = False
    try:
        yield
    finally:
        for model in DIRECT_MODELS:
            model.enabled = True


def generic(run: Callable[[], Any]) -> Callable[[], Any]:
    """The same, on the generic tables."""

    def on_generic_models() -> Any:
        with generic_models():
            return run()

    return on_generic_models


def copy_to_generic_tables() -> None:
    """What the direct tables say, said in the generic ones too; keys as Django writes them for each database."""
    library = ContentType.objects.get_for_model(Library).pk
    with connection.cursor() as cursor:
        for holder, model in zip(("user", "group"), DIRECT_MODELS, strict=True):
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(
                f"INSERT INTO guardian_{holder}objectpermission (permission_id, content_type_id, object_pk, {holder}_id)"
                f" SELECT permission_id, {library}, {_key()}, {holder}_id FROM {table} GROUP BY 1, 3, 4"
            )
        cursor.execute("ANALYZE")


def _key() -> str:
    if connection.vendor == "postgresql":
        return "content_object_id::text"
    starts, lengths = (1, 9, 13, 17, 21), (8, 4, 4, 4, 12)
    parts = zip(starts, lengths, strict=True)
    return " || '-' || ".join(f"substr(content_object_id, {start}, {length})" for start, length in parts)
