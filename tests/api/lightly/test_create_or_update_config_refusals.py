"""POST /v1/datasets/{datasetId}/collaboration/access: what it refuses."""

import pytest

from libraries.models import User
from libraries.rules.levels import Level
from tests.api.lightly.calls import configs_path, events, levels

CAROL, DAVE = "carol@acme.example", "dave@acme.example"


def test_one_unknown_email_refuses_the_whole_call_and_every_unknown_entry_is_named(client_for, roadmap):
    before, recorded = levels(roadmap), events(roadmap)

    answer = client_for("bob").post(
        configs_path(roadmap),
        {
            "accessType": "WRITE",
            "users": ["nobody@acme.example", DAVE, "Zed@nowhere.example"],
            "teams": ["engineering", "no-team"],
            "organizations": ["no-organization", "acme"],
        },
        X_Request_ID="r1",
    )

    assert answer.status_code == 400
    assert answer.json() == {
        "code": "USER_NOT_KNOWN",
        "error": "This dataset cannot be shared with “nobody@acme.example”, “Zed@nowhere.example”, “no-team”, "
        "“no-organization”: no such user, team or organization.",
        "requestId": "r1",
    }
    assert (levels(roadmap), events(roadmap)) == (before, recorded)


@pytest.mark.parametrize(
    ("lists", "code"),
    [
        ({"users": ["x@nowhere.example"]}, "USER_NOT_KNOWN"),
        ({"users": ["carol"]}, "USER_NOT_KNOWN"),  # a username is no e-mail
        ({"users": [" carol@acme.example"]}, "USER_NOT_KNOWN"),
        ({"teams": ["no-team"]}, "TEAM_UNKNOWN"),
        ({"teams": ["research"]}, "TEAM_UNKNOWN"),  # of another organization
        ({"teams": ["engineering@acme.example"]}, "TEAM_UNKNOWN"),
        ({"teams": ["00000000-0000-0000-0000-000000000000"]}, "TEAM_UNKNOWN"),
        ({"organizations": ["no-organization"]}, "BAD_REQUEST"),
        ({"organizations": ["Acme"]}, "BAD_REQUEST"),
        ({"organizations": ["everyone"]}, "BAD_REQUEST"),
    ],
)
def test_each_kind_of_unknown_entry_has_its_code(post, handbook, lists, code):
    answer = post("alice", handbook, accessType="READ", **lists)

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_r8_whom_the_organization_keeps_out_is_refused_as_who_does_not_exist(client_for, lab_notes, globex):
    client = client_for("erin")

    def refusal(**lists):
        answer = client.post(configs_path(lab_notes), {"accessType": "READ", **lists}, X_Request_ID="same")
        name = next(iter(lists.values()))[0]
        return answer.status_code, answer.content.decode().replace(name, "…")

    assert refusal(users=[CAROL]) == refusal(users=["x@nowhere.example"])
    assert refusal(organizations=["acme"]) == refusal(organizations=["no-organization"])
    assert refusal(teams=["engineering"]) == refusal(teams=["no-team"])

    globex.sharing_scope = "anyone"
    globex.save()
    body = {"accessType": "READ", "users": [CAROL], "organizations": ["acme"]}
    assert client.post(configs_path(lab_notes), body).status_code == 201


def test_r8_an_inactive_user_is_refused_but_stays_where_they_stand(post, roadmap):
    User.objects.filter(username__in=["carol", "dave"]).update(is_active=False)

    assert post("bob", roadmap, accessType="WRITE", users=[CAROL]).status_code == 201
    assert levels(roadmap)["carol"] == Level.EDITOR
    for refused in ({"accessType": "WRITE", "users": [DAVE]}, {"accessType": "READ", "users": [CAROL]}):
        assert post("bob", roadmap, **refused).status_code == 400


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "accessType: This field is required."),
        ({"accessType": "OWNER"}, 'accessType: "OWNER" is not a valid choice.'),
        ({"accessType": "write"}, 'accessType: "write" is not a valid choice.'),
        ({"accessType": 2}, 'accessType: "2" is not a valid choice.'),
        ({"accessType": None}, "accessType: This field may not be null."),
        ({"accessType": "WRITE", "users": "carol@acme.example"}, 'users: Expected a list of items but got type "str".'),
        ({"accessType": "WRITE", "users": None}, "users: This field may not be null."),
        ({"accessType": "WRITE", "users": {"0": "x"}}, 'users: Expected a list of items but got type "dict".'),
        ({"accessType": "WRITE", "users": [CAROL, 1]}, "users.1: Not a valid string."),
        ({"accessType": "WRITE", "users": [[CAROL]]}, "users.0: Not a valid string."),
        ({"accessType": "WRITE", "users": [""]}, "users.0: This field may not be blank."),
        (
            {"accessType": "WRITE", "teams": ["x" * 255]},
            "teams.0: Ensure this field has no more than 254 characters.",
        ),
        ({"accessType": "WRITE", "creator": 1}, "creator: Not a valid string."),
        ({"accessType": "WRITE", "usres": []}, "usres: There is no such field."),
        ([], "body: Must be a JSON object."),
        ("WRITE", "body: Must be a JSON object."),
    ],
)
def test_bad_request_is_400_and_says_which_field(client_for, roadmap, body, error):
    """“400 | Bad Request / malformed | ApiErrorResponse”, never 422 in this dialect."""
    before = levels(roadmap)

    answer = client_for("bob").post(configs_path(roadmap), body, X_Request_ID="r3")

    assert answer.status_code == 400
    assert answer.json() == {
        "code": "BAD_REQUEST",
        "error": f"The request is not valid. {error}",
        "requestId": "r3",
    }
    assert levels(roadmap) == before


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"accessType": NaN}', b"\x00"])
def test_a_malformed_body_is_400(client_for, roadmap, body):
    answer = client_for("bob").post(configs_path(roadmap), body)

    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED_REQUEST")


def test_text_that_no_database_keeps_is_400(client_for, roadmap):
    for name in ("a\x00b", "\ud800"):
        answer = client_for("bob").post(configs_path(roadmap), {"accessType": "READ", "users": [name]})
        assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")


def test_whoever_lacks_the_right_learns_nothing_about_the_body(client_for, handbook):
    for username, status in [("bob", 403), ("erin", 404)]:
        for body in (b"{", {"accessType": "OWNER"}, {"accessType": "READ", "users": ["nobody@nowhere.example"]}):
            assert client_for(username).post(configs_path(handbook), body).status_code == status


def test_many_unknown_entries_cost_few_queries(client_for, roadmap, django_assert_max_num_queries):
    entries = [f"nobody{n}@nowhere.example" for n in range(1000)]
    client = client_for("bob")

    with django_assert_max_num_queries(12):
        answer = client.post(configs_path(roadmap), {"accessType": "WRITE", "users": entries})

    assert answer.status_code == 400
    named = answer.json()["error"]
    assert [entry in named for entry in entries] == [True] * 20 + [False] * 980
    assert "and 980 more" in named
