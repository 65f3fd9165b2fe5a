"""What each line of the vendor's clients can read."""

import pytest

from libraries.api.lightly.serializers import reads_only_what_it_knows
from tests.api.lightly.calls import configs_path

KEYS = {"id", "owner", "accessType", "users", "teams", "createdAt", "lastModifiedAt"}

READS_ONLY_WHAT_IT_KNOWS = [
    "Lightly/1.4.8 (Linux/6.1; Linux-6.1; x86_64;) python/3.11.2",
    "Lightly/1.5.22 (Darwin/23.0; macOS-14; arm;) python/3.9.1",
    "Lightly/1.5",
    "Lightly/1.10.0",
    "Lightly/2.0.0",
    "OpenAPI-Generator/1.0.0/python",
]
READS_ON = [
    "Lightly/1.3.3 (Linux/6.1; Linux-6.1; x86_64;) python/3.11.2",
    "Lightly/1.4.7 (Linux/6.1; Linux-6.1; x86_64;) python/3.11.2",
    "Lightly/1.4",
    "Lightly/0.99.99",
    "Lightly/" + "9" * 5000,
    "Lightly/",
    "Swagger-Codegen/1.0.0/python",
    "curl/8.5.0",
    "Mozilla/5.0 Lightly/1.5.22",
    "",
]


@pytest.mark.parametrize("user_agent", READS_ONLY_WHAT_IT_KNOWS)
def test_a_client_since_1_4_8_gets_no_organizations_and_no_read_configs(client_for, handbook, user_agent):
    configs = client_for("alice").get(configs_path(handbook), User_Agent=user_agent).json()

    assert [(config["accessType"], set(config)) for config in configs] == [("WRITE", KEYS)]
    assert reads_only_what_it_knows(user_agent)


@pytest.mark.parametrize("user_agent", READS_ON)
def test_any_other_client_gets_organizations_and_teams_and_both_access_types(client_for, handbook, user_agent):
    configs = client_for("alice").get(configs_path(handbook), User_Agent=user_agent).json()

    everything = KEYS | {"organizations"}
    assert [(config["accessType"], set(config)) for config in configs] == [("WRITE", everything), ("READ", everything)]
    assert not reads_only_what_it_knows(user_agent)


def test_a_config_that_only_organizations_are_in_is_shown_empty_to_who_cannot_see_them(client_for, handbook, globex):
    client = client_for("alice")
    client.post(configs_path(handbook), {"accessType": "WRITE", "teams": [], "organizations": ["globex"]})

    [config] = client.get(configs_path(handbook), User_Agent="Lightly/1.5.22").json()

    assert (config["users"], config["teams"]) == ([], [])


def test_the_answer_says_that_it_depends_on_the_client(client_for, handbook):
    answer = client_for("alice").get(configs_path(handbook))

    assert {"Authorization", "User-Agent"} <= set(answer.headers["Vary"].split(", "))
