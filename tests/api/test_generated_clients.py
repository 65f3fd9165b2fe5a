"""The description as tools take it: linters find nothing wrong, and clients made of it make every list call."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from libraries.api.schema_examples import parameter_example
from libraries.models import Scope
from tests.description import description
from tests.real_clients import ROOT, RealClient

PYTHON = ROOT / ".venv" / "clients" / "openapi" / "bin"
NODE = ROOT / ".venv" / "clients" / "openapi-typescript" / "node_modules"
DRIVER = Path(__file__).with_name("generated_driver.py")
STRICT = ["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noEmitOnError"]
HEAD = """
import createClient from "openapi-fetch";
import type {{ paths }} from "./schema";
const client = createClient<paths>({{ baseUrl: {url}, headers: {{ Authorization: {bearer} }} }});
const told: Record<string, number> = {{}};
"""
CALL = """
{{
  const {{ data, error, response }} = await client.GET({path}, {options});
  if (data === undefined) throw new Error(JSON.stringify(error));
  told[{name}] = response.status;
}}
"""


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    schema = description()
    file = tmp_path_factory.mktemp("described") / "openapi.json"
    file.write_text(json.dumps(schema))
    return file


@pytest.fixture(scope="module")
def lists(described: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    """Every GET whose path the demo world has: its operation, and the path."""
    found = {
        of["get"]["operationId"]: (path, of["get"])
        for path, of in json.loads(described.read_text())["paths"].items()
        if "get" in of and None not in names_in(path).values()
    }
    assert {"listShares", "listEvents", "libraries_list_v1", "corpora.list"} <= found.keys()
    return found


def names_in(path: str) -> dict[str, str | None]:
    return {name: parameter_example(path, name) for name in re.findall(r"\{(\w+)\}", path)}


@pytest.fixture
def with_node() -> Path:
    """The packages for Node.js. Without it the test is skipped, or fails where NODE_REQUIRED is set."""
    if shutil.which("node") and shutil.which("npm"):
        return NODE
    missing = "There is no node, or no npm, on this machine (Debian: apt-get install nodejs npm)."
    if os.environ.get("NODE_REQUIRED"):
        pytest.fail(missing)
    pytest.skip(f"{missing} NODE_REQUIRED is not set.")


def run(*command: str | Path, folder: Path) -> str:
    """What it says. It must succeed."""
    environment = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run(list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_openapi(described):
    run(PYTHON / "openapi-spec-validator", described, folder=described.parent)


def test_spectral_finds_no_error(with_node, described):
    (described.parent / "rules.yaml").write_text('extends: ["spectral:oas"]\n')
    run(with_node / ".bin/spectral", "lint", described, "--ruleset", "rules.yaml", folder=described.parent)


def test_redocly_finds_no_error(with_node, described):
    run(with_node / ".bin/redocly", "lint", described, "--extends", "recommended", folder=described.parent)


def test_a_client_in_python_makes_every_list_call(tmp_path, described, lists, live_server, key_for, world):
    (tmp_path / "config.yaml").write_text("post_hooks: []\n")
    options = ["--config", "config.yaml", "--meta", "none", "--output-path", "sharing_client"]
    run(PYTHON / "openapi-python-client", "generate", "--path", described, *options, folder=tmp_path)

    key = key_for("alice", *Scope)
    where = {"folder": str(tmp_path), "package": "sharing_client", "server": live_server.url}
    with RealClient("openapi", DRIVER, **where) as client:
        for name, (path, _) in lists.items():
            if not path.startswith("/api/"):
                continue  # other dialects leave out fields that their description requires
            arguments = {snake(each): value for each, value in names_in(path).items()}
            assert client.call(snake(name), key=key, arguments=arguments) == [200, True], name


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.replace(".", "_")).lower()


def test_a_client_in_typescript_makes_every_list_call(
    with_node, tmp_path, described, lists, live_server, key_for, world
):
    key = key_for("alice", *Scope)
    head = HEAD.format(url=json.dumps(live_server.url), bearer=json.dumps(f"Bearer {key}"))
    calls = [typed_call(name, path, operation) for name, (path, operation) in lists.items()]
    (tmp_path / "calls.mts").write_text("".join([head, *calls, "console.log(JSON.stringify(told));\n"]))
    (tmp_path / "node_modules").symlink_to(with_node)

    run(with_node / ".bin/openapi-typescript", described, "-o", "schema.d.ts", folder=tmp_path)
    target = ["--target", "es2022", "--module", "es2022", "--moduleResolution", "bundler"]
    run(with_node / ".bin/tsc", *STRICT, *target, "calls.mts", folder=tmp_path)
    told: Callable[[str], Any] = json.loads
    assert told(run("node", "calls.mjs", folder=tmp_path)) == dict.fromkeys(lists, 200)


def typed_call(name: str, path: str, operation: dict[str, Any]) -> str:
    """The call, with each default of its query said aloud."""
    said = {
        each["name"]: each["schema"]["default"]
        for each in operation.get("parameters", ())
        if each["in"] == "query" and "default" in each["schema"]
    }
    options: dict[str, Any] = {"params": {"path": names_in(path), "query": said}}
    options["params"] = {place: values for place, values in options["params"].items() if values}
    return CALL.format(path=json.dumps(path), name=json.dumps(name), options=json.dumps(options))
