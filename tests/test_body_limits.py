"""A body that is too long is refused wherever it goes, before anything reads it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sharing_project.body_limits import IMPORTS, IN_A_FORM, longest_body

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def limits(settings):
    settings.MAX_BODY_BYTES, settings.MAX_IMPORT_BYTES = 1000, 3000


def test_imports_have_their_own_limit():
    assert {reverse("admin:libraries_share_import"), reverse("admin:libraries_share_process_import")} == IMPORTS
    assert {longest_body(path) for path in IMPORTS} == {3000 * IN_A_FORM}
    assert longest_body("/admin/login/") == 1000


@pytest.mark.parametrize("path", ["/admin/login/", "/healthz", "/problems/", "/"])
def test_it_is_refused_before_the_method_the_form_and_the_session(path):
    client = Client(enforce_csrf_checks=True)
    response = client.post(path, b"x" * 1001, content_type=FORM)
    assert (response.status_code, response.content) == (413, b"The body is longer than 1000 bytes.\n")
    assert client.post(path, b"x" * 1000, content_type=FORM).status_code != 413


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
def test_it_is_refused_before_the_credential_where_nothing_reads_it(method):
    """In the dialect's words."""
    response = Client().generic(method, "/api/me", b"x" * 1001, "application/json")
    assert (response.status_code, response.headers["Content-Type"]) == (413, "application/problem+json")
    assert response.json()["detail"] == "The body is longer than 1000 bytes."


@pytest.mark.parametrize("path", ["/admin/login/", "/api/me", "/v1/libraries", "/access/v1/evaluation"])
@pytest.mark.parametrize(("length", "refused"), [("9" * 5000, True), ("9" * 30, True), ("²", False), ("-5", False)])
def test_a_length_that_is_no_number_or_has_thousands_of_digits_is_no_server_error(path, length, refused):
    response = Client().post(path, b"{}", content_type="application/json", CONTENT_LENGTH=length)
    assert (response.status_code == 413) == refused
    assert response.status_code < 500


def test_a_file_of_shares_may_be_longer(admin_client):
    """Than other bodies, and than that it is told on its page."""

    def upload(length: int):
        file = SimpleUploadedFile("shares.csv", b"library,principal,level\n".ljust(length), content_type="text/csv")
        path = reverse("admin:libraries_share_import")
        return admin_client.post(path, {"format": "0", "resource": "0", "import_file": file})

    told = "The file has more than 3,000 bytes. Split it into several."
    assert told not in upload(3000).content.decode()
    refused = upload(3001)
    assert (refused.status_code, told in refused.content.decode()) == (200, True)
    assert upload(6000).status_code == 413
