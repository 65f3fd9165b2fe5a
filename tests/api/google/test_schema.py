"""The dialect in OpenAPI."""

from tests.description import description

DOCUMENTED = {
    "corpora.permissions.create": ("post", "/v1beta/corpora/{library_id}/permissions"),
    "corpora.permissions.list": ("get", "/v1beta/corpora/{library_id}/permissions"),
    "corpora.permissions.get": ("get", "/v1beta/corpora/{library_id}/permissions/{permission_id}"),
    "corpora.permissions.patch": ("patch", "/v1beta/corpora/{library_id}/permissions/{permission_id}"),
    "corpora.permissions.delete": ("delete", "/v1beta/corpora/{library_id}/permissions/{permission_id}"),
    "corpora.transferOwnership": ("post", "/v1beta/corpora/{library_id}:transferOwnership"),
    "corpora.create": ("post", "/v1beta/corpora"),
    "corpora.list": ("get", "/v1beta/corpora"),
    "corpora.get": ("get", "/v1beta/corpora/{library_id}"),
    "corpora.patch": ("patch", "/v1beta/corpora/{library_id}"),
    "corpora.delete": ("delete", "/v1beta/corpora/{library_id}"),
}
NO_COUNTERPART = {"corpora.create"}


def described():
    paths = description()["paths"]
    return {
        call["operationId"]: (method, path, call)
        for path, calls in paths.items()
        if path.startswith("/v1beta/")
        for method, call in calls.items()
    }


def test_operations_are_called_as_the_document_calls_its_methods():
    tuned_models = {
        name.replace("corpora", "tunedModels"): (method, path.replace("corpora", "tunedModels"))
        for name, (method, path) in DOCUMENTED.items()
        if name not in NO_COUNTERPART
    }

    assert {name: (method, path) for name, (method, path, _) in described().items()} == DOCUMENTED | tuned_models


def test_every_operation_is_tagged_and_names_every_place_for_the_key():
    for _, _, call in described().values():
        assert call["tags"] == ["google"]
        assert call["security"] == [
            {"googleKey": []},
            {"googleKey.x-goog-api-key": []},
            {"googleKey.key": []},
        ]


def test_a_text_that_may_be_empty_is_not_promised(client_for):
    answer = client_for("alice").get("/v1beta/tunedModels/handbook").json()
    promised = description()["components"]["schemas"]["TunedModel"]["required"]

    assert "description" not in answer
    assert set(promised) == set(answer)


def test_the_native_api_names_its_one_place():
    paths = description()["paths"]

    assert {str(call["security"]) for path, calls in paths.items() if path == "/api/me" for call in calls.values()} == {
        "[{'key': []}]"
    }
