"""Published form versions, which cannot change."""

import pytest
from django.http import Http404

from eservices.formbuilder import actions
from eservices.formbuilder.models import Form, FormVersion
from eservices.submissions.access import version_in_force
from tests.factories.formbuilder import content, question, step

pytestmark = pytest.mark.django_db

FIRST, SECOND = content(), content(step("un", question("autre")))


@pytest.fixture
def form():
    return Form.objects.create(slug="demande")


def test_same_content_is_the_same_version(form):
    first = actions.freeze_version(actor=None, form=form, content=FIRST)
    assert actions.freeze_version(actor=None, form=form, content=FIRST) == first
    assert form.current == first


def test_other_content_is_a_new_version(form):
    first = actions.freeze_version(actor=None, form=form, content=FIRST)
    second = actions.freeze_version(actor=None, form=form, content=SECOND)
    assert (first.number, second.number) == (1, 2)
    assert form.current == second
    assert FormVersion.objects.get(pk=first.pk).content == FIRST


def test_earlier_content_becomes_a_new_current_version(form):
    actions.freeze_version(actor=None, form=form, content=FIRST)
    actions.freeze_version(actor=None, form=form, content=SECOND)
    actions.freeze_version(actor=None, form=form, content=FIRST)
    assert (form.current.number, form.current.content) == (3, FIRST)


def test_rehearsal_never_becomes_the_current_version(form):
    actions.freeze_version(actor=None, form=form, content=FIRST)
    rehearsal = actions.freeze_version(actor=None, form=form, content=SECOND, kind=FormVersion.Kind.REHEARSAL)
    assert rehearsal.number == 2
    assert form.current.content == FIRST


def test_closed_form_has_no_current_version(form):
    version = actions.freeze_version(actor=None, form=form, content=FIRST)
    actions.set_form_open(actor=None, form=form, offered=False)
    assert Form.objects.get().current is None
    actions.set_form_open(actor=None, form=form, offered=True)
    assert Form.objects.get().current == version


def test_current_version_is_cached_until_the_form_changes(form, django_assert_num_queries):
    first = actions.freeze_version(actor=None, form=form, content=FIRST)
    assert version_in_force(form.slug) == first
    with django_assert_num_queries(0):
        assert version_in_force(form.slug).definition.steps == first.definition.steps
    second = actions.freeze_version(actor=None, form=form, content=SECOND)
    assert version_in_force(form.slug) == second
    actions.set_form_open(actor=None, form=form, offered=False)
    with pytest.raises(Http404):
        version_in_force(form.slug)
