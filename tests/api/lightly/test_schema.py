"""The dialect in the OpenAPI description: paths, operation ids and bodies as the vendor's document has them."""

import pytest

from tests.description import description

BY_THE_SERVER = {"408", "414", "431"}
"""Before any dialect sees it: tests/test_server_refusals.py."""


@pytest.fixture(scope="module")
def schema():
    return description()


def test_it_has_the_three_documented_calls_and_those_that_choose_a_dataset(schema):
    operations = {
        (method, path): (operation["operationId"], operation["tags"], operation["description"])
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/v1/datasets")
    }
    assert operations == {
        ("post", "/v1/datasets/{datasetId}/collaboration/access"): (
            "createOrUpdateSharedAccessConfigByDatasetId",
            ["lightly"],
            "Create or update a shared access config.",
        ),
        ("get", "/v1/datasets/{datasetId}/collaboration/access"): (
            "getSharedAccessConfigsByDatasetId",
            ["lightly"],
            "Get shared access configs by datasetId.",
        ),
        ("delete", "/v1/datasets/{datasetId}/collaboration/access/{accessConfigId}"): (
            "deleteSharedAccessConfigById",
            ["lightly"],
            "Delete shared access config by id.",
        ),
        ("get", "/v1/datasets"): ("getDatasets", ["lightly"], "Get all datasets for a user."),
        ("get", "/v1/datasets/query/name/{datasetName}"): (
            "getDatasetsQueryByName",
            ["lightly"],
            "Get all datasets for a user whose name or natural id is this one, or begins so.",
        ),
        ("get", "/v1/datasets/{datasetId}"): ("getDatasetById", ["lightly"], "Get a specific dataset."),
    }


@pytest.mark.parametrize(
    ("method", "path", "done", "more"),
    [
        ("post", "/v1/datasets/{datasetId}/collaboration/access", "201", {"415"}),
        ("get", "/v1/datasets/{datasetId}/collaboration/access", "200", set()),
        ("delete", "/v1/datasets/{datasetId}/collaboration/access/{accessConfigId}", "200", set()),
    ],
)
def test_each_call_has_the_documented_answers(schema, method, path, done, more):
    responses = schema["paths"][path][method]["responses"]

    in_words = {"400", "401", "403", "404", "406", "413", "429", "503"} | more
    assert list(responses) == sorted({done, *in_words, *BY_THE_SERVER})
    for status in in_words:
        assert responses[status]["content"]["application/json"]["schema"] == {
            "$ref": "#/components/schemas/ApiErrorResponse"
        }


def test_the_bodies_have_the_documented_fields(schema):
    components = schema["components"]["schemas"]
    fields = {name: set(components[name].get("properties", ())) for name in components}

    assert fields["SharedAccessConfigCreateRequest"] == {"accessType", "users", "organizations", "teams", "creator"}
    assert components["SharedAccessConfigCreateRequest"]["required"] == ["accessType"]
    assert fields["SharedAccessConfigData"] == {
        "id",
        "owner",
        "accessType",
        "users",
        "organizations",
        "teams",
        "createdAt",
        "lastModifiedAt",
    }
    assert fields["DatasetData"] == {
        "id",
        "name",
        "userId",
        "type",
        "nSamples",
        "sizeInBytes",
        "createdAt",
        "lastModifiedAt",
    }
    assert fields["CreateEntityResponse"] == {"id"}
    assert fields["ApiErrorResponse"] == {"code", "error", "requestId"}
