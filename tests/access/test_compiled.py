"""What is compiled once answers like the querysets that it was compiled from."""

import pytest

from libraries.access.check import can
from libraries.access.compiled import find_access, find_with_access
from libraries.access.decisions import Question, decide
from libraries.access.subjects import SubjectName
from libraries.models import OPERATOR, Actor, Library, User
from libraries.rules.levels import Action, Kind


@pytest.mark.parametrize("column", ["pk", "natural_id", "object_id"])
def test_it_answers_for_every_user_and_library_by_each_identifier(world, column):
    everybody: list[Actor] = [*User.objects.all(), User(username="nobody", is_active=False), OPERATOR]
    for user in everybody:
        for library in Library.objects.with_access_of(user):
            found = find_with_access(user, str(getattr(library, column)))
            assert found
            assert (found, found.organization, found.access) == (library, library.organization, library.access)
            assert find_access(user, library.pk) == library.access


def test_it_finds_nothing_under_a_name_that_nobody_has(alice):
    assert find_with_access(alice, "nothing") is None


def test_it_takes_one_query_however_often_it_runs(alice, bob, handbook, django_assert_num_queries):
    with django_assert_num_queries(4):
        assert [can(user, handbook, Action.DELETE) for user in (alice, bob, alice, bob)] == [True, False, True, False]


def test_one_decision_is_what_it_is_among_many(world, alice, django_assert_num_queries):
    """Whoever asks, about whomever, whatever is there: the reason and the deciding shares too."""
    names = [*User.objects.values_list("username", flat=True), str(alice.pk), alice.email, "nobody", ""]
    libraries = [*Library.objects.values_list("natural_id", flat=True), str(Library.objects.all()[0].pk), "nothing"]
    questions = [
        Question(SubjectName(Kind.USER, name), Action.CHANGE, library) for name in names for library in libraries
    ]
    for asker in User.objects.all():
        for question, among_many in zip(questions, decide(questions, asker=asker), strict=True):
            with django_assert_num_queries(1 if question.subject.text in (asker.username, "") else 2):
                alone = decide([question], asker=asker)[0]
            assert (type(alone), alone == among_many or isinstance(alone, Exception)) == (type(among_many), True)
