"""Which rows of each table the console shows (R10): every row to superusers, to administrators their organizations'.

The lists, pages, searches, suggestions, filters, counts, forms and exports all ask `scoped`, and nothing else decides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.contrib.admin.options import BaseModelAdmin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from libraries.console import Guarded, actor_of, administered_by, is_superuser
from libraries.models import (
    ApiKey,
    Event,
    Library,
    LibraryGroupObjectPermission,
    LibraryUserObjectPermission,
    Organization,
    OrganizationUserObjectPermission,
    ServiceAccount,
    Share,
    Team,
    User,
)
from libraries.people.keys import service_accounts_of

Rows = TypeVar("Rows", bound=QuerySet)
Organizations = tuple[UUID, ...]


def _in_organization(column: str) -> Callable[[User, Organizations], Q]:
    return lambda administrator, organizations: Q(**{f"{column}__in": organizations})


def _members(administrator: User, organizations: Organizations) -> Q:
    members = User.groups.through.objects.filter(group__organization__in=organizations)
    return Q(pk=administrator.pk) | Q(pk__in=members.values("user"))


def _own_and_service_accounts(administrator: User, organizations: Organizations) -> Q:
    return Q(user=administrator.pk) | Q(user__in=service_accounts_of(administrator).values("pk"))


SHOWN: dict[type[Model], Callable[[User, Organizations], Q]] = {
    ApiKey: _own_and_service_accounts,
    Event: _in_organization("organization_id"),
    Library: _in_organization("organization"),
    LibraryGroupObjectPermission: _in_organization("content_object__organization"),
    LibraryUserObjectPermission: _in_organization("content_object__organization"),
    Organization: _in_organization("pk"),
    OrganizationUserObjectPermission: _in_organization("content_object"),
    ServiceAccount: _in_organization("service_of"),
    Share: _in_organization("library__organization"),
    Team: _in_organization("organization"),
    User: _members,
}
"""Table to the rows that an administrator of these organizations sees. Of a table that is not here they see none."""


def scoped(rows: Rows, request: HttpRequest) -> Rows:
    """Those of the rows that the console shows to who asks."""
    if is_superuser(request):
        return rows
    organizations, shown = administered_by(request), SHOWN.get(rows.model)
    if not organizations or shown is None:
        return rows.none()
    return rows.filter(shown(actor_of(request), organizations))


class Scoped(Guarded, BaseModelAdmin):
    """Pages that show nothing but `scoped` rows."""

    administrators_may = frozenset({"view"})

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return scoped(super().get_queryset(request), request)
