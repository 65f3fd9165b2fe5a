"""Datasets, and the collaboration calls: each method is door, body, verb, answer."""

from __future__ import annotations

from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from libraries.api.failures import Failure
from libraries.api.lightly.authentication import LightlyKeyAuthentication
from libraries.api.lightly.configs import config_id, configs_of
from libraries.api.lightly.datasets import (
    DatasetDocument,
    DatasetName,
    DatasetsByNameQuery,
    DatasetsQuery,
    dataset,
    datasets,
)
from libraries.api.lightly.errors import STATUSES, refusal
from libraries.api.lightly.replacing import replace_config, revoke_config
from libraries.api.lightly.serializers import (
    AccessInput,
    ApiErrorResponse,
    ConfigDocument,
    CreateEntityResponse,
    config_documents,
)
from libraries.api.views import DialectViewSet, UnknownPathMixin, valid
from libraries.rules.levels import Action

REFUSALS = dict.fromkeys((400, 401, 403, 404), ApiErrorResponse)
LIST_REFUSALS = dict.fromkeys((400, 401, 403), ApiErrorResponse)


class LightlyViewSet(DialectViewSet):
    dialect = "lightly"
    statuses = STATUSES
    authentication_classes = [LightlyKeyAuthentication]

    def error_response(self, failure: Failure) -> Response:
        return refusal(failure, request_id=getattr(self.request, "request_id", ""))


class DatasetViewSet(LightlyViewSet):
    """Libraries, for who chooses one."""

    @extend_schema(
        operation_id="getDatasets",
        description="Get all datasets for a user.",
        tags=["lightly"],
        parameters=[DatasetsQuery],
        responses={200: DatasetDocument(many=True), **LIST_REFUSALS},
    )
    def list(self, request: Request) -> Response:
        return Response(datasets(self.caller, self.query(DatasetsQuery)))

    @extend_schema(
        operation_id="getDatasetsQueryByName",
        description="Get all datasets for a user whose name or natural id is this one, or begins so.",
        tags=["lightly"],
        parameters=[DatasetsByNameQuery],
        responses={200: DatasetDocument(many=True), **LIST_REFUSALS},
    )
    def list_by_name(self, request: Request, datasetName: str) -> Response:
        query = self.query(DatasetsByNameQuery)
        name = valid(DatasetName, {"datasetName": datasetName})["datasetName"]
        return Response(datasets(self.caller, query, name=name))

    @extend_schema(
        operation_id="getDatasetById",
        description="Get a specific dataset.",
        tags=["lightly"],
        responses={200: DatasetDocument, **REFUSALS},
    )
    def retrieve(self, request: Request, datasetId: str) -> Response:
        return Response(dataset(self.library_for(datasetId, Action.VIEW)))


class AccessConfigViewSet(LightlyViewSet):
    """Whom a dataset is shared with."""

    @extend_schema(
        operation_id="createOrUpdateSharedAccessConfigByDatasetId",
        description="Create or update a shared access config.",
        tags=["lightly"],
        request=AccessInput,
        responses={201: CreateEntityResponse, **REFUSALS, 415: ApiErrorResponse},
    )
    def create_or_update(self, request: Request, datasetId: str) -> Response:
        library = self.library_for(datasetId, Action.SHARE)
        body = self.body(AccessInput)
        replace_config(library=library, **body, actor=self.caller)
        return Response({"id": config_id(library, body["access_type"])}, status=201)

    @extend_schema(
        operation_id="getSharedAccessConfigsByDatasetId",
        description="Get shared access configs by datasetId.",
        tags=["lightly"],
        responses={200: ConfigDocument(many=True), **REFUSALS},
    )
    def list(self, request: Request, datasetId: str) -> Response:
        library = self.library_for(datasetId, Action.VIEW_SHARES)
        documents = config_documents(configs_of(library), request.headers.get("User-Agent", ""))
        response = Response(documents)
        patch_vary_headers(response, ["User-Agent"])
        return response

    @extend_schema(
        operation_id="deleteSharedAccessConfigById",
        description="Delete shared access config by id.",
        tags=["lightly"],
        responses={200: None, **REFUSALS},
    )
    def destroy(self, request: Request, datasetId: str, accessConfigId: str) -> Response:
        library = self.library_for(datasetId, Action.SHARE)
        revoke_config(library=library, id=accessConfigId, actor=self.caller)
        return Response(status=200)


class UnknownPathViewSet(UnknownPathMixin, LightlyViewSet):
    """The 404 of paths that the dialect does not have."""

    schema = None
