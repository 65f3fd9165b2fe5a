"""Runs where `lightly` is installed without its dependencies: its generated client as the document shows it, and the
collaboration and dataset calls of its workflow client. Each request is a JSON line, and so is each answer."""

import importlib.util
import json
import platform
import sys
import warnings
from importlib.metadata import version
from types import ModuleType


def without_running(name):
    """Register the package without its `__init__`, which wants PyTorch; its modules can be imported all the same."""
    spec = importlib.util.find_spec(name)
    assert spec and spec.submodule_search_locations
    package = ModuleType(name)
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[name] = package


def in_place_of(name, **attributes):
    """Register a module that has nothing but these: what is imported, and plays no part in these calls."""
    module = sys.modules[name] = ModuleType(name)
    vars(module).update(attributes)
    return module


without_running("lightly")
without_running("lightly.api")
in_place_of("PIL", JpegImagePlugin=in_place_of("PIL.JpegImagePlugin"))
errors_of_requests = in_place_of("requests.exceptions", __getattr__=lambda name: type(name, (Exception,), {}))
in_place_of("requests", exceptions=errors_of_requests)

from lightly.api import utils  # type: ignore[import-not-found]  # noqa: E402
from lightly.api.api_workflow_collaboration import _CollaborationMixin  # type: ignore[import-not-found]  # noqa: E402
from lightly.api.api_workflow_datasets import _DatasetsMixin  # type: ignore[import-not-found]  # noqa: E402
from lightly.api.swagger_api_client import LightlySwaggerApiClient  # type: ignore[import-not-found]  # noqa: E402
from lightly.openapi_generated import swagger_client  # type: ignore[import-not-found]  # noqa: E402
from lightly.openapi_generated.swagger_client.rest import ApiException  # type: ignore[import-not-found]  # noqa: E402

VERSION = version("lightly")
KNOWS_TEAMS = VERSION != "1.3.3"


class WorkflowClient(_CollaborationMixin, _DatasetsMixin):
    """ApiWorkflowClient as far as collaboration and choosing a dataset go, made as its own __init__ makes it."""

    def __init__(self, configuration):
        api_client = LightlySwaggerApiClient(configuration=configuration)
        api_client.user_agent = (
            f"Lightly/{VERSION} ({platform.system()}/{platform.release()}; {platform.platform()}; "
            f"{platform.processor()};) python/{platform.python_version()}"
        )
        self._collaboration_api = swagger_client.CollaborationApi(api_client=api_client)
        self._datasets_api = swagger_client.DatasetsApi(api_client=api_client)
        self._creator = swagger_client.Creator.USER_PIP


class Driver:
    """The operations that a test may name; `connect` is the first."""

    def connect(self, host, token=None, access_token=None):
        configuration = swagger_client.Configuration()
        configuration.host = host
        if token:
            configuration.api_key = {"ApiKeyAuth" if KNOWS_TEAMS else "token": token}
        if access_token:
            configuration.access_token = access_token
        self.api = swagger_client.CollaborationApi(swagger_client.ApiClient(configuration))
        self.workflow = WorkflowClient(configuration)

    def create_or_update_shared_access_config_by_dataset_id(self, dataset_id, **request):
        body = swagger_client.SharedAccessConfigCreateRequest(**request)
        named = {"shared_access_config_create_request" if KNOWS_TEAMS else "body": body}
        return self.api.create_or_update_shared_access_config_by_dataset_id(dataset_id=dataset_id, **named)

    def get_shared_access_configs_by_dataset_id(self, dataset_id):
        return self.api.get_shared_access_configs_by_dataset_id(dataset_id=dataset_id)

    def delete_shared_access_config_by_id(self, dataset_id, access_config_id):
        return self.api.delete_shared_access_config_by_id(dataset_id=dataset_id, access_config_id=access_config_id)

    def share_dataset_only_with(self, dataset_id, user_emails):
        return self.workflow.share_dataset_only_with(dataset_id=dataset_id, user_emails=user_emails)

    def get_shared_users(self, dataset_id):
        return self.workflow.get_shared_users(dataset_id=dataset_id)

    def set_dataset_id_by_name(self, dataset_name, shared=False):
        """The client's dataset then, and what it warns of."""
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            self.workflow.set_dataset_id_by_name(dataset_name, shared=shared)
        return {"dataset_id": self.workflow._dataset_id, "warnings": len(warned)}

    def get_datasets(self, shared=False):
        return self.workflow.get_datasets(shared=shared)

    def get_datasets_by_name(self, dataset_name, shared=False):
        return self.workflow.get_datasets_by_name(dataset_name, shared=shared)

    def get_dataset_by_id(self, dataset_id):
        return self.workflow.get_dataset_by_id(dataset_id)

    def dataset_exists(self, dataset_id):
        return self.workflow.dataset_exists(dataset_id)

    def get_pages(self, page_size, shared):
        """All pages, as the workflow client walks them."""
        return list(utils.paginate_endpoint(self.workflow._datasets_api.get_datasets, page_size, shared=shared))

    def error_codes(self):
        """The vendor's whole enum."""
        return [value for name, value in vars(swagger_client.ApiErrorCode).items() if name.isupper()]

    def answer(self, line):
        request = json.loads(line)
        try:
            result = getattr(self, request["operation"])(**request["arguments"])
            return {"result": swagger_client.ApiClient().sanitize_for_serialization(result)}
        except ApiException as error:
            body = error.body.decode() if isinstance(error.body, bytes) else error.body
            return failure(error, error.status, body)
        except ValueError as error:  # what the client refuses to send, or to read
            return failure(error, None, str(error))


def failure(error, status, message):
    return {"error": {"kind": type(error).__name__, "status": status, "message": message}}


driver = Driver()
for line in sys.stdin:
    print(json.dumps(driver.answer(line)), flush=True)
