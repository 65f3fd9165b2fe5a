"""What comes in is UTF-8 that a database keeps: odd cookies, names and forms, before anybody has signed in."""

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory

from tests.wsgi import running_application

LOGIN = "/admin/login/"
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.mark.parametrize("odd", [r'"\000"', r'"a\000b"'])
@pytest.mark.django_db
def test_a_cookie_that_no_database_keeps_is_nobodys(admin_user, odd):
    client = Client(raise_request_exception=False)
    client.force_login(admin_user, backend=MODEL_BACKEND)
    session = Session.objects.get().session_key

    def status(cookie):
        return Client(raise_request_exception=False).get("/admin/", headers={"Cookie": cookie}).status_code

    assert (status(f"sessionid={odd}"), status(f"sessionid={session}")) == (302, 200)
    assert status(f"other={odd}; sessionid={session}") == 200


@pytest.mark.django_db
def test_a_name_longer_than_any_account_s_is_nobody_s(admin_user):
    def told(username):
        response = Client().post(LOGIN, {"username": username, "password": "wrong"})
        assert response.status_code == 200
        return " ".join(response.context["form"].errors.as_text().split())

    assert "Please enter the correct username and password" in told("u" * 300)
    assert told("u" * 300).rpartition("* ")[2] == told("u" * 150).rpartition("* ")[2]
    assert [attempt.username for attempt in AccessAttempt.objects.all()] == ["u" * 150]


@pytest.fixture
def status():
    """The status of a call as the web server makes it."""

    def status(method, path, body=b"", Content_Type="", **headers):
        environ = RequestFactory(headers={"Host": "localhost", **headers}).generic(method, path, body).environ
        environ["CONTENT_TYPE"] = Content_Type
        statuses = []
        with running_application() as application:
            list(application(environ, lambda status, headers: statuses.append(status)))
        return int(statuses[0].split()[0])

    return status


@pytest.mark.parametrize("encoding", ["rot13", "base64", "utf-16", "idna", "undefined", "no-such-one"])
@pytest.mark.parametrize("form", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
@pytest.mark.django_db
def test_a_form_in_another_encoding_is_a_bad_request(status, form, encoding):
    """UTF-8 comes as far as the page, which misses the form's token."""
    body = b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nalice\r\n--x--\r\n'

    def answered(content_type):
        return status("POST", f"{LOGIN}?next=/admin/", body, Content_Type=content_type)

    assert (answered(f"{form}; charset={encoding}"), answered(f"{form}; charset=UTF-8"), answered(form)) == (
        400,
        403,
        403,
    )


@pytest.mark.parametrize("encoding", ["rot13", "utf-16"])
@pytest.mark.django_db
def test_a_query_is_utf_8_whatever_the_body_is(status, key_for, encoding):
    """The API reads no forms, and refuses them in its own words."""
    odd = f"application/x-www-form-urlencoded; charset={encoding}"
    key = {"Authorization": f"Bearer {key_for('alice')}"}

    assert status("GET", "/api/libraries?count=1", Content_Type=odd, **key) == 200
    assert status("POST", "/api/libraries?x=1", b"name=x", Content_Type=odd, **key) == 415
    assert status("GET", f"{LOGIN}?next=/admin/", Content_Type=f"text/plain; charset={encoding}") == 200
