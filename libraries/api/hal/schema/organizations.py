"""Organizations as OpenAPI; the views wear these declarations as decorators."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view

from libraries.api.hal.schema.base import (
    IDEMPOTENCY_KEY,
    LOCATION,
    OF_A_BODY,
    ORGANIZATION,
    TO_WRITE,
    call,
    page_of,
    reading,
)
from libraries.api.hal.schema.libraries import LIBRARY_PAGE
from libraries.api.hal.serializers.libraries import LibraryOfOrganizationQuery
from libraries.api.hal.serializers.organizations import (
    NewOrganizationInput,
    OrganizationChange,
    OrganizationDocument,
    OrganizationQuery,
)

organizations = extend_schema_view(
    list=reading(
        "listOrganizations",
        "List the organizations that the caller is in, by slug; all of them for superusers",
        OrganizationQuery,
        tag="Organizations",
        document=page_of("Organization", "inf:organization", OrganizationDocument),
        refused=(422,),
    ),
    create=call(
        "createOrganization",
        "Found an organization: for superusers",
        LOCATION,
        IDEMPOTENCY_KEY,
        tag="Organizations",
        request=NewOrganizationInput,
        answers={201: OrganizationDocument},
        refused=OF_A_BODY,
    ),
    retrieve=reading(
        "getOrganization",
        "Get an organization",
        ORGANIZATION,
        tag="Organizations",
        document=OrganizationDocument,
        refused=(404,),
    ),
    partial_update=call(
        "patchOrganization",
        "Change an organization: for its administrators",
        ORGANIZATION,
        *TO_WRITE,
        tag="Organizations",
        request=OrganizationChange,
        answers={200: OrganizationDocument},
        refused=(404, 409, 412, *OF_A_BODY),
        description=(
            "409 tells in `outsideShares` how many shares reach outside where the sharing scope is narrowed and `outside` "
            "is left out, or names libraries that people outside alone own, which are not taken from them."
        ),
    ),
)

libraries = extend_schema_view(
    list=reading(
        "listOrganizationLibraries",
        "List the organization's libraries that the caller may see, by name",
        ORGANIZATION,
        LibraryOfOrganizationQuery,
        tag="Organizations",
        document=LIBRARY_PAGE,
        refused=(404, 422),
    ),
)
