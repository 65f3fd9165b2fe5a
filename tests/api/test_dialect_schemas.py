"""/api/schema/?dialect=: each dialect described alone."""

import pytest
from django.core.management import call_command

PREFIXES = {
    "authzen": ("/access/v1/", "/.well-known/authzen-configuration"),
    "hal": ("/api",),
    "mistral": ("/v1/libraries",),
    "lightly": ("/v1/datasets",),
    "google": ("/v1beta/",),
}


@pytest.mark.parametrize("dialect", PREFIXES)
def test_it_describes_the_dialect_alone(client_for, dialect):
    whole = client_for(None).get("/api/schema/").json()
    alone = client_for(None).get(f"/api/schema/?dialect={dialect}").json()

    assert alone["openapi"].startswith("3.1")
    assert set(alone["paths"]) == {path for path in whole["paths"] if path.startswith(PREFIXES[dialect])}
    assert set(alone["paths"])


def test_it_knows_no_other_dialect(client_for):
    answer = client_for(None).get("/api/schema/?dialect=cobol")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no dialect “cobol”; there are authzen, google, hal, lightly, mistral."


def test_every_path_belongs_to_a_dialect(client_for):
    paths = client_for(None).get("/api/schema/").json()["paths"]
    assert all(path.startswith(sum(PREFIXES.values(), ())) for path in paths)


def test_it_raises_no_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))
    assert (tmp_path / "schema.yaml").exists()
