"""Who called, where proxies stand in front: believed of TRUSTED_PROXIES alone."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import RequestFactory

from sharing_project.proxies import networks_of, with_proxies
from tests.servers import running
from tests.wsgi import running_application

TRUSTED = networks_of(["10.0.0.0/8", "::1", "fd00::/8"])
OURS = "10.0.0.7"


def seen(peer, said_by=None, scheme=None, host=None, **more):
    """What the application sees of a call: the address, the scheme, the host, and what is left of the headers."""
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "inside", **more}
    said = {"FOR": said_by, "PROTO": scheme, "HOST": host}
    environ |= {f"HTTP_X_FORWARDED_{name}": value for name, value in said.items() if value is not None}

    def application(environ, start_response):
        left = {name for name in environ if "FORWARDED" in name or "REAL" in name}
        return [environ["REMOTE_ADDR"], environ["wsgi.url_scheme"], environ["HTTP_HOST"], left]

    return tuple(with_proxies(application, TRUSTED)(environ, lambda *arguments: None))


@pytest.mark.parametrize("peer", [OURS, "::1", "fd00::7", "::ffff:10.0.0.7"])
def test_a_trusted_proxy_tells_who_called_by_what_scheme_and_for_what_host(peer):
    assert seen(peer, "203.0.113.9", "https", "sharing.example.org") == (
        "203.0.113.9",
        "https",
        "sharing.example.org",
        set(),
    )


@pytest.mark.parametrize("peer", ["203.0.113.66", "127.0.0.1", "::2", "::ffff:203.0.113.66", "", "garbage"])
def test_anybody_else_tells_nothing_and_nobody_behind_hears_it(peer):
    assert seen(peer, "127.0.0.1", "https", "sharing.example.org") == (peer, "http", "inside", set())


@pytest.mark.parametrize(
    ("said", "caller"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("203.0.113.9,10.1.2.3,::1", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::9]:4711", "2001:db8::9"),
        ("[2001:db8::9]", "2001:db8::9"),
        ("2001:DB8:0::9", "2001:db8::9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("10.9.9.9, 10.1.2.3", "10.9.9.9"),
        ("", OURS),
        ("garbage", OURS),
        ("unknown, 10.1.2.3", "10.1.2.3"),
        ("203.0.113.9, <script>, 10.1.2.3", "10.1.2.3"),
        ("203.0.113.999", OURS),
        ("10.1.2.3,,", OURS),
        ("\x00", OURS),
    ],
)
def test_the_rightmost_that_is_no_trusted_proxys_counts(said, caller):
    assert seen(OURS, said)[0] == caller


@pytest.mark.parametrize(
    ("said", "scheme"), [("https", "https"), ("HTTPS", "https"), ("https, http", "http"), ("ftp", "http"), ("", "http")]
)
def test_a_scheme_is_the_nearest_proxys_and_one_of_two(said, scheme):
    assert seen(OURS, scheme=said)[1] == scheme


def test_other_headers_of_that_kind_are_ignored():
    others = {"HTTP_FORWARDED": "for=1.2.3.4;proto=https", "HTTP_X_REAL_IP": "1.2.3.4", "HTTP_X_FORWARDED_SSL": "on"}
    assert seen(OURS, **others) == (OURS, "http", "inside", set())


@pytest.mark.parametrize("wrong", ["proxy.example.org", "10.0.0.0/99", "10.0.0.7/8", ""])
def test_what_is_no_network_is_named(wrong):
    with pytest.raises(ValueError, match="is neither an address nor a network"):
        networks_of(["10.0.0.7", wrong])


@pytest.mark.django_db
def test_wrong_passwords_lock_the_caller_s_address_and_not_the_proxy_s(admin_user):
    token = "x" * 32
    form = urlencode({"csrfmiddlewaretoken": token, "username": "admin", "password": "wrong"}).encode()

    def knock(caller):
        environ = (
            RequestFactory(headers={"Host": "localhost", "Cookie": f"csrftoken={token}"})
            .generic("POST", "/admin/login/", form, "application/x-www-form-urlencoded")
            .environ
        )
        environ |= {"REMOTE_ADDR": OURS, "HTTP_X_FORWARDED_FOR": caller}
        statuses: list[str] = []
        with running_application() as application:
            list(with_proxies(application, TRUSTED)(environ, lambda status, headers: statuses.append(status[:3])))
        return statuses[0]

    assert [knock("203.0.113.9") for _ in range(6)] == ["200"] * 4 + ["429"] * 2
    assert knock("203.0.113.10") == "200"
    assert knock("203.0.113.10, 203.0.113.9") == "429"


def test_the_server_goes_by_it(tmp_path):
    """HSTS, the redirect to the console, the host that is checked, and the access log."""
    told = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "https", "X_Forwarded_Host": "sharing.example.org"}
    public = {"PUBLIC_URL": "https://sharing.example.org", "TRUSTED_PROXIES": "127.0.0.1"}

    def answered(**variables):
        with running(tmp_path, **variables) as server:
            status, _, headers = server.ask_for_all("GET", "/admin/login/", Host="inside.example.org", **told)
            plain = server.ask_for_all("GET", "/admin/login/")[2]
            server.stop()
            log = server.lines("sharing_project.access_log")[0]["event"].split()[0]
            return status, "Strict-Transport-Security" in headers, "Strict-Transport-Security" in plain, log

    assert answered(**public) == (200, True, False, "203.0.113.9")
    assert answered(**{**public, "TRUSTED_PROXIES": ""}) == (400, False, False, "127.0.0.1")
