"""Why an inactive account may do nothing is told wherever it is asked, to who may know of the account (R9)."""

from __future__ import annotations

import pytest

from libraries.access.explain import Effect, explain
from tests.api.authzen.calls import EVALUATION, EVALUATIONS, answer, asked
from tests.factories import make_user

SENTENCE = "carol is inactive, so may do nothing."


@pytest.fixture
def retired(carol):
    carol.is_active = False
    carol.save()
    return carol


def reasons(client, *people: str, library: str = "roadmap") -> list[str]:
    """Alone and among others: what both say."""
    questions = [asked(name, "read", library) for name in people]
    alone = [answer(client, EVALUATION, question) for question in questions]
    assert answer(client, EVALUATIONS, {"evaluations": questions})["evaluations"] == alone
    assert not any(each["decision"] or each["context"]["shares"] for each in alone)
    return [each["context"]["reason"] for each in alone]


def test_a_decision_says_so(client_for, retired):
    alice, admin = client_for("alice"), client_for("admin")
    assert reasons(alice, "carol") == reasons(admin, "carol") == [SENTENCE]


def test_one_of_whom_the_asker_may_not_know_is_as_nobody_r9(client_for, globex):
    make_user("stranger", member_of=globex, is_active=False)
    nobody = "{0} has no access to roadmap: no share reaches {0}."
    found = reasons(client_for("alice"), "stranger", "nobody")
    assert found == [nobody.format("stranger"), nobody.format("nobody")]


def test_no_share_counts_beside_level_0(client_for, retired, roadmap):
    body = client_for("alice").get("/api/libraries/roadmap/access/carol").json()
    assert (body["active"], body["accessLevel"]) == (False, 0)
    assert {reason["effect"] for reason in body["reasons"]} == {"inactive"}
    assert {reason.effect for reason in explain(retired, roadmap).reasons} == {Effect.INACTIVE}
    assert client_for("alice").get("/api/libraries/roadmap/access/bob").json()["active"] is True


def test_the_command_says_so(capsys, retired):
    from django.core.management import call_command

    call_command("explain_access", "carol", "roadmap")
    first, *shares = capsys.readouterr().out.splitlines()
    assert first == SENTENCE
    assert shares and all(line.endswith(" inactive") for line in shares)
