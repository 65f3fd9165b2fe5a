"""Django's own question, `user.has_perm("libraries.view_library", library)`, answered by the rules."""

from typing import Any

from asgiref.sync import sync_to_async
from guardian.backends import ObjectPermissionBackend

from libraries.access import check
from libraries.models import Library


class LibraryBackend(ObjectPermissionBackend):
    """Guardian's backend, with the rules applied to libraries."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Whether the user has `perm` (with or without `libraries.`) on `obj`. One query for a library."""
        if isinstance(obj, Library):
            return perm.removeprefix("libraries.") in check.allowed_actions(user_obj, obj)
        return obj is not None and super().has_perm(user_obj, perm, obj)

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Every permission of the user on `obj`, as `libraries.view_library`."""
        if isinstance(obj, Library):
            return {f"libraries.{action}" for action in check.allowed_actions(user_obj, obj)}
        return set(super().get_all_permissions(user_obj, obj)) if obj is not None else set()

    async def ahas_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """`has_perm` for asynchronous code, which Django would otherwise answer without this backend."""
        return await sync_to_async(self.has_perm)(user_obj, perm, obj)

    async def aget_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """`get_all_permissions` for asynchronous code."""
        return await sync_to_async(self.get_all_permissions)(user_obj, obj)

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """What groups alone give; for a library nothing can be told apart by groups, since R2 mixes them."""
        return set() if isinstance(obj, Library) else set(super().get_group_permissions(user_obj, obj))
