"""Guardian's tables, only to be looked at: the verbs alone write them, and `verify_grants` mends them.

OrganizationGroupObjectPermission is left out, since powers over organizations are given to users alone.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from libraries.admin.base import ConsoleAdmin, ListedFilter, ReadOnly
from libraries.models import (
    ADMINISTER,
    CHECK_ACCESS,
    LibraryGroupObjectPermission,
    LibraryUserObjectPermission,
    OrganizationUserObjectPermission,
)
from libraries.rules.levels import GRANTED, Level


class PermissionFilter(ListedFilter):
    title = "permission"
    parameter_name = "permission__codename"
    values = tuple(str(codename) for level in (Level.NONE, Level.OWNER) for codename in GRANTED[level])


class PowerFilter(PermissionFilter):
    values = (ADMINISTER, CHECK_ACCESS)


class GrantAdmin(ReadOnly, ConsoleAdmin):
    """One permission of one user or group on one object."""

    @admin.display(description="permission", ordering="permission")
    def codename(self, obj: Any) -> str:
        return obj.permission.codename

    @admin.display(description="user", ordering="user")
    def username(self, obj: Any) -> str:
        """A name and no link: it may be somebody's from elsewhere."""
        return obj.user.username

    @admin.display(description="principal")
    def principal(self, obj: Any) -> str:
        return obj.share.principal_name


@admin.register(LibraryUserObjectPermission)
class LibraryUserGrantAdmin(GrantAdmin):
    list_display = ("content_object", "username", "codename", "expires_at")
    list_filter = (PermissionFilter,)
    list_select_related = ("content_object", "user", "permission")
    search_fields = ("user__username", "content_object__name", "content_object__natural_id")
    fields = ("content_object", "username", "codename", "expires_at", "share")
    readonly_fields = fields


@admin.register(LibraryGroupObjectPermission)
class LibraryGroupGrantAdmin(GrantAdmin):
    list_display = ("content_object", "principal", "breadth", "codename", "expires_at")
    list_filter = (PermissionFilter, "breadth")
    list_select_related = ("content_object", "permission", "share__team", "share__organization", "share__user")
    search_fields = (
        "share__team__slug",
        "share__organization__slug",
        "content_object__name",
        "content_object__natural_id",
    )
    fields = ("content_object", "principal", "group", "breadth", "codename", "expires_at", "share")
    readonly_fields = fields


@admin.register(OrganizationUserObjectPermission)
class OrganizationUserGrantAdmin(GrantAdmin):
    list_display = ("content_object", "username", "codename")
    list_filter = (PowerFilter,)
    list_select_related = ("content_object", "user", "permission")
    search_fields = ("user__username", "content_object__name", "content_object__slug")
    fields = ("content_object", "username", "codename")
    readonly_fields = fields
