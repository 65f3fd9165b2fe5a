"""GET /v1/datasets/{datasetId}"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.lightly.calls import NOWHERE
from tests.api.lightly.test_list_datasets import PATH, document


@pytest.mark.parametrize("name", ["object_id", "natural_id", "pk", "qualified_name"])
def test_it_answers_to_all_of_the_librarys_names(client_for, handbook, alice, name):
    answer = client_for("bob").get(f"{PATH}/{getattr(handbook, name)}")

    assert answer.status_code == 200
    assert answer.json() == document(handbook, alice)


def test_what_one_may_not_see_is_not_there(client_for, handbook):
    answers = [client_for("dave").get(f"{PATH}/{id}", X_Request_ID="r") for id in (handbook.object_id, NOWHERE)]

    for answer in answers:
        assert answer.status_code == 404
        assert answer.json() == {"code": "DATASET_UNKNOWN", "error": "There is no such library.", "requestId": "r"}


def test_one_that_goes_meanwhile_is_not_there(client_for, handbook, monkeypatch):
    monkeypatch.setattr("libraries.api.lightly.datasets._described", lambda libraries: libraries.none())

    assert client_for("alice").get(f"{PATH}/{handbook.object_id}").status_code == 404


def test_it_costs_three_queries(client_for, handbook):
    alice = client_for("alice")
    with CaptureQueriesContext(connection) as queries:
        assert alice.get(f"{PATH}/{handbook.object_id}").status_code == 200

    assert len(queries) == 3
