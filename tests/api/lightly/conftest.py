import pytest

from tests.api.lightly.calls import configs_path


@pytest.fixture
def post(client_for):
    """`post("alice", handbook, accessType="WRITE", …)`"""

    def send(username, library, **body):
        return client_for(username).post(configs_path(library), body)

    return send
