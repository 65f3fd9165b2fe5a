"""Runs in .venv/clients/google: the vendor's own clients over REST, one call a line.

An operation is `configure`, or a path such as `genai.get_model` or `PermissionServiceClient.create_permission`. One that
begins with a name is fetched first: `tunedModels/handbook permissions.create`, `tunedModels/…/permissions/… delete`.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import warnings
from functools import reduce
from typing import Any

warnings.simplefilter("ignore")  # that the package and this Python grow old

import google.generativeai as genai  # type: ignore[import-not-found]  # noqa: E402
import proto  # type: ignore[import-not-found]  # noqa: E402
from google.ai import generativelanguage as glm  # type: ignore[import-not-found]  # noqa: E402
from google.api_core.client_options import ClientOptions  # type: ignore[import-not-found]  # noqa: E402
from google.api_core.exceptions import GoogleAPICallError  # type: ignore[import-not-found]  # noqa: E402

SERVICES = ("PermissionServiceClient", "RetrieverServiceClient", "ModelServiceClient")


class Driver:
    """The clients, once they are told where to send what they send."""

    def __init__(self) -> None:
        self.clients: dict[str, Any] = {}

    def configure(self, endpoint: str, key: str) -> None:
        """As a user of the vendor's does it: a base address and a key, nothing else."""
        genai.configure(api_key=key, transport="rest", client_options={"api_endpoint": endpoint})
        options = ClientOptions(api_key=key, api_endpoint=endpoint)
        self.clients = {name: getattr(glm, name)(client_options=options, transport="rest") for name in SERVICES} | {
            "genai": genai
        }

    def call(self, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "configure":
            return self.configure(**arguments)
        return as_json(self.method(operation)(**arguments))

    def method(self, operation: str) -> Any:
        name, _, path = operation.rpartition(" ")
        if "/permissions/" in name:
            return getattr(genai.types.Permissions.get(name), path)
        if name:
            return reduce(getattr, path.split("."), genai.get_model(name))
        client, _, path = path.partition(".")
        return reduce(getattr, path.split("."), self.clients[client])


def as_json(answer: Any) -> Any:
    """Messages and dataclasses as dicts, pagers and generators as lists, pages and all."""
    if hasattr(answer, "pages"):
        return [[as_json(row) for row in rows_of(page)] for page in answer.pages]
    if isinstance(answer, proto.Message):
        return type(answer).to_dict(answer, use_integers_for_enums=False)
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        return json.loads(json.dumps(dataclasses.asdict(answer), default=str))
    if hasattr(answer, "__next__"):
        return [as_json(row) for row in answer]
    return answer


def rows_of(page: Any) -> Any:
    if isinstance(page, glm.ListPermissionsResponse):
        return page.permissions
    return page.corpora if isinstance(page, glm.ListCorporaResponse) else page.tuned_models


def main() -> None:
    driver = Driver()
    for line in sys.stdin:
        call = json.loads(line)
        try:
            answer = {"result": driver.call(call["operation"], call["arguments"])}
        except GoogleAPICallError as error:
            answer = {"error": {"kind": type(error).__name__, "status": int(error.code), "message": error.message}}
        except Exception as error:  # noqa: BLE001 - the test looks at it
            answer = {"error": {"kind": type(error).__name__, "status": None, "message": str(error)}}
        print(json.dumps(answer), flush=True)


main()
