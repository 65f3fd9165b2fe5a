"""DELETE /v1beta/corpora/{corpus} and /v1beta/tunedModels/{tunedModel}"""

import pytest

from libraries.models import Event, Library
from tests.api.google.bodies import NO_LIBRARY, invalid, not_allowed, unknown_name


@pytest.mark.parametrize("path", ["corpora/roadmap", "corpora/roadmap?force=true", "tunedModels/roadmap?force=false"])
def test_it_deletes_the_library(client_for, roadmap, path):
    answer = client_for("bob").delete(f"/v1beta/{path}")

    assert (answer.status_code, answer.json()) == (200, {})
    assert not Library.objects.filter(pk=roadmap.pk).exists()
    assert client_for("carol").get("/v1beta/corpora/roadmap").json() == NO_LIBRARY
    assert Event.objects.filter(action="library.deleted", library="roadmap", via="google").count() == 1


def test_writers_may_not(client_for, roadmap):
    refused = client_for("carol").delete("/v1beta/corpora/roadmap?nonsense=1")
    assert refused.status_code == 403
    assert refused.json() == not_allowed("delete this library")

    client_for("bob").put("/api/libraries/roadmap/shares/carol", {"accessLevel": 3})
    assert client_for("carol").delete("/v1beta/corpora/roadmap").status_code == 200


def test_it_hides_a_library_that_the_caller_may_not_see(client_for, roadmap):
    answer = client_for("dave").delete("/v1beta/corpora/roadmap")

    assert (answer.status_code, answer.json()) == (404, NO_LIBRARY)
    assert Library.objects.filter(pk=roadmap.pk).exists()


def test_it_refuses_what_there_is_not(client_for, roadmap):
    bob = client_for("bob")

    assert bob.delete("/v1beta/corpora/roadmap?force=perhaps").json() == invalid("force", "Must be a valid boolean.")
    assert bob.delete("/v1beta/corpora/roadmap?etag=1").json() == unknown_name("etag")
    assert bob.delete("/v1beta/corpora/roadmap", {"force": True}).json() == unknown_name("force")
    assert Library.objects.filter(pk=roadmap.pk).exists()
