"""Service accounts as OpenAPI; the views wear these declarations as decorators."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view

from libraries.api.hal.schema.base import (
    IDEMPOTENCY_KEY,
    KEY_ID,
    LOCATION,
    OF_A_BODY,
    ORGANIZATION,
    SERVICE_ACCOUNT,
    TO_WRITE,
    call,
    page_of,
    reading,
)
from libraries.api.hal.serializers.keys import KeyInput, KeyQuery
from libraries.api.hal.serializers.service_accounts import (
    NewServiceAccountKeyDocument,
    ServiceAccountChanges,
    ServiceAccountDocument,
    ServiceAccountInput,
    ServiceAccountKeyDocument,
    ServiceAccountQuery,
    ServiceAccountRemovalQuery,
)

TAG = "Service accounts"

service_accounts = extend_schema_view(
    list=reading(
        "listServiceAccounts",
        "List the service accounts of an organization, by name: for its administrators",
        ORGANIZATION,
        ServiceAccountQuery,
        tag=TAG,
        document=page_of("ServiceAccount", "inf:service-account", ServiceAccountDocument),
        refused=(404, 422),
    ),
    create=call(
        "createServiceAccount",
        "Make a service account: for administrators",
        ORGANIZATION,
        LOCATION,
        IDEMPOTENCY_KEY,
        tag=TAG,
        request=ServiceAccountInput,
        answers={201: ServiceAccountDocument},
        refused=(404, *OF_A_BODY),
        description=(
            "It is a member of its organization and of no other, and has no password. As a user and a principal it is "
            "called by the organization's slug, a dot and its name."
        ),
    ),
    retrieve=reading(
        "getServiceAccount",
        "Get a service account: for administrators",
        ORGANIZATION,
        SERVICE_ACCOUNT,
        tag=TAG,
        document=ServiceAccountDocument,
        refused=(404,),
    ),
    partial_update=call(
        "patchServiceAccount",
        "Rename, disable or enable a service account: for administrators",
        ORGANIZATION,
        SERVICE_ACCOUNT,
        *TO_WRITE,
        tag=TAG,
        request=ServiceAccountChanges,
        answers={200: ServiceAccountDocument},
        refused=(404, 412, *OF_A_BODY),
    ),
    destroy=call(
        "deleteServiceAccount",
        "Delete a service account, with its keys and every share of its own: for administrators",
        ORGANIZATION,
        SERVICE_ACCOUNT,
        ServiceAccountRemovalQuery,
        *TO_WRITE,
        tag=TAG,
        answers={204: None},
        refused=(404, 409, 412, 422),
        description="409 names the libraries that it alone owns, unless a successor is named.",
    ),
)

service_account_keys = extend_schema_view(
    list=reading(
        "listServiceAccountKeys",
        "List a service account's keys that open anything, oldest first: for administrators",
        ORGANIZATION,
        SERVICE_ACCOUNT,
        KeyQuery,
        tag=TAG,
        document=page_of("ServiceAccountKey", "inf:key", ServiceAccountKeyDocument),
        refused=(404, 422),
    ),
    create=call(
        "createServiceAccountKey",
        "Make a key for a service account, which is shown this once: for administrators",
        ORGANIZATION,
        SERVICE_ACCOUNT,
        LOCATION,
        IDEMPOTENCY_KEY,
        tag=TAG,
        request=KeyInput,
        answers={201: NewServiceAccountKeyDocument},
        refused=(404, *OF_A_BODY),
        description="The new key has no scope that the asking one lacks, does not outlast it, and is revoked with it.",
    ),
    retrieve=reading(
        "getServiceAccountKey",
        "Get a key of a service account: for administrators",
        ORGANIZATION,
        SERVICE_ACCOUNT,
        KEY_ID,
        tag=TAG,
        document=ServiceAccountKeyDocument,
        refused=(404,),
    ),
    destroy=call(
        "deleteServiceAccountKey",
        "Revoke a key of a service account: for administrators",
        ORGANIZATION,
        SERVICE_ACCOUNT,
        KEY_ID,
        *TO_WRITE,
        tag=TAG,
        answers={204: None},
        refused=(404, 412),
    ),
)
