"""Where a caller starts: the root, themselves, and the paths that are none."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from rest_framework.request import Request

from libraries.api.hal.pagination import curies
from libraries.api.hal.schema import start as schema
from libraries.api.hal.serializers.start import MeDocument, MeInput
from libraries.api.hal.views.base import HalViewSet, templated
from libraries.api.links import path_to
from libraries.api.preconditions import precondition
from libraries.api.views import UnknownPathMixin
from libraries.errors import UnknownOrganization
from libraries.models import Organization, Team, User
from libraries.people.keys import may_manage_keys
from libraries.people.own_account import change_own_account


@schema.root
class RootViewSet(HalViewSet):
    """The way to everything else."""

    def retrieve(self, request: Request) -> HttpResponseBase:
        library, shares = f"{path_to('hal:libraries')}/{{id}}", f"{path_to('hal:libraries')}/{{id}}/shares"
        organizations = path_to("hal:organizations")
        organization = f"{organizations}/{{slug}}"
        links = {
            "self": {"href": request.get_full_path()},
            "inf:me": {"href": path_to("hal:me")},
            **self._link_to_keys(),
            "inf:libraries": templated(path_to("hal:libraries") + "{?q,organization,minLevel,start,count}"),
            "inf:library": templated(library),
            "inf:shares": templated(shares + "{?kind,accessLevel,q,start,count}"),
            "inf:share": templated(shares + "/{principalId}"),
            "inf:owner": templated(f"{library}/owner"),
            "inf:access": templated(f"{library}/access{{?q,start,count}}"),
            "inf:organizations": templated(f"{organizations}{{?q,start,count}}"),
            "inf:organization": templated(organization),
            "inf:members": templated(f"{organization}/members{{?q,start,count}}"),
            "inf:teams": templated(f"{organization}/teams{{?q,start,count}}"),
            "inf:team": templated(f"{organization}/teams/{{team}}"),
            "inf:service-accounts": templated(f"{organization}/service-accounts{{?q,start,count}}"),
            "inf:service-account": templated(f"{organization}/service-accounts/{{name}}"),
            "inf:events": templated(
                path_to("hal:feed") + "{?action,actor,principal,organization,library,since,until,count}"
            ),
            "describedby": {"href": path_to("hal:schema")},
            "help": {"href": path_to("hal:docs")},
            "curies": curies(),
        }
        return self.answer({"_links": links})

    def _link_to_keys(self) -> dict[str, Any]:
        return {"inf:keys": templated(path_to("hal:keys") + "{?q,start,count}")} if may_manage_keys(self.key) else {}


@schema.me
class MeViewSet(HalViewSet):
    """Who the caller is, and where they work by default."""

    fields = {UnknownOrganization: "defaultOrganization"}

    def retrieve(self, request: Request) -> HttpResponseBase:
        return self.answer(self.document_of(self.caller))

    def partial_update(self, request: Request) -> HttpResponseBase:
        change_own_account(
            changes=self.changes(MeInput, lambda: self.document_of(self.caller), partial=True),
            precondition=precondition(request, self.document_of),
            actor=self.caller,
        )
        return self.answer(self.document_of(User.objects.get(pk=self.caller.pk)))

    def document_of(self, user: User) -> dict[str, Any]:
        groups = user.groups.all()
        teams = Team.objects.filter(group__in=groups).select_related("organization")
        caller = {
            "user": user,
            "organizations": list(Organization.objects.filter(group__in=groups)),
            "teams": teams.order_by("organization__slug", "slug"),
            "key": self.key,
        }
        return MeDocument(caller).data


class UnknownPathViewSet(UnknownPathMixin, HalViewSet):
    """The 404 of paths that the native API does not have."""
