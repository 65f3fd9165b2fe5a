"""GET /v1beta/tunedModels"""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from libraries.api.fields import written
from libraries.models import Library
from tests.api.google.bodies import add_libraries, invalid, unknown_name, walk

PATH = "/v1beta/tunedModels"


def tuned_model(library, name, **more):
    return {
        "name": f"tunedModels/{name}",
        "displayName": library.name,
        "createTime": written(library.created_at),
        "updateTime": written(library.updated_at),
        **more,
        "state": "ACTIVE",
    }


def names(body):
    return [model["name"] for model in body["tunedModels"]]


def test_it_lists_what_the_caller_may_see_oldest_first(client_for, handbook, roadmap, press_kit):
    Library.objects.filter(pk=roadmap.pk).update(description="This year")
    answer = client_for("carol").get(PATH)

    assert answer.status_code == 200
    assert answer.json() == {
        "tunedModels": [
            tuned_model(handbook, "handbook"),
            tuned_model(roadmap, "roadmap", description="This year"),
            tuned_model(press_kit, "press-kit"),
        ]
    }
    assert names(client_for("frank").get(PATH).json()) == ["tunedModels/press-kit", "tunedModels/lab-notes"]


def test_who_may_see_nothing_gets_an_empty_list(client_for, press_kit):
    assert names(client_for("dave").get(PATH).json()) == ["tunedModels/press-kit"]

    press_kit.shares.all().delete()

    assert client_for("dave").get(PATH).json() == {"tunedModels": []}


def test_a_name_that_is_there_twice_is_told_with_its_organization(client_for, acme, globex, world):
    for organization in (acme, globex):
        Library.objects.create(natural_id="twins", name="Twins", organization=organization)

    admin = names(client_for("admin").get(f"{PATH}?pageSize=1000").json())

    assert {"tunedModels/acme.twins", "tunedModels/globex.twins"} <= set(admin)
    assert "tunedModels/twins" in names(client_for("alice").get(PATH).json())


def test_a_page_has_10_models_by_default_and_1000_at_most(client_for, acme):
    """The vendor's client says so of its service."""
    add_libraries(acme, 1000)
    alice = client_for("alice")

    assert len(alice.get(PATH).json()["tunedModels"]) == 10
    assert len(alice.get(f"{PATH}?pageSize=5000").json()["tunedModels"]) == 1000
    assert alice.get(f"{PATH}?pageSize=-1").json() == invalid(
        "pageSize", "Ensure this value is greater than or equal to 0."
    )


def test_the_pages_hold_every_model_once(client_for, acme):
    add_libraries(acme, 22)

    pages = list(walk(client_for("alice"), PATH, 9, rows="tunedModels"))

    assert [len(page) for page in pages] == [9, 9, 7]
    assert [model["name"] for page in pages for model in page] == [
        "tunedModels/handbook",
        "tunedModels/roadmap",
        "tunedModels/press-kit",
        *(f"tunedModels/library-{number}" for number in range(22)),
    ]


def test_a_token_is_bound_to_its_caller_size_and_spelling(client_for, handbook):
    alice = client_for("alice")
    token = alice.get(f"{PATH}?pageSize=1").json()["nextPageToken"]
    refusal = invalid("pageToken", "Not a token from a page of this list with the same page size.")

    assert names(alice.get(f"{PATH}?pageSize=1&pageToken={token}").json()) == ["tunedModels/roadmap"]
    assert alice.get(f"{PATH}?pageSize=2&pageToken={token}").json() == refusal
    assert client_for("carol").get(f"{PATH}?pageSize=1&pageToken={token}").json() == refusal
    assert alice.get(f"/v1beta/corpora?pageSize=1&pageToken={token}").json() == refusal


def test_it_answers_enums_as_numbers_where_asked(client_for, handbook):
    body = client_for("alice").get(f"{PATH}?$alt=json;enum-encoding=int").json()

    assert {model["state"] for model in body["tunedModels"]} == {2}


def test_it_refuses_a_parameter_that_there_is_not(client_for):
    assert client_for("alice").get(f"{PATH}?filter=owner:me").json() == unknown_name("filter")


def test_it_costs_as_many_queries_at_300_libraries_as_at_3(client_for, acme):
    alice, counts = client_for("alice"), []
    for already, more in ((0, 0), (0, 297)):
        add_libraries(acme, more, start=already)
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(f"{PATH}?pageSize=1000").status_code == 200
        counts.append(len(queries))

    assert counts == [3, 3]
