"""Views of the admin that perform one action."""

from importlib import import_module
from pathlib import Path

import pytest
from django import forms
from django.contrib.messages import constants, get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpResponse
from django.views.generic import View

from home.admin.action_views import ActionFormMixin, action_view
from home.exceptions import ActionRefused

ROOT = Path(__file__).resolve().parents[3]


class TooLate(ActionRefused):
    level = constants.WARNING


@pytest.fixture
def post(rf):
    """Post to a view; return the response and the messages."""

    def send(view, data=None, **kwargs):
        request = rf.post("/", data or {})
        request.session = {}
        request._messages = FallbackStorage(request)
        response = view(request, **kwargs)
        return response, [(one.level, str(one)) for one in get_messages(request)]

    return send


def raising(error):
    def perform(*args, **kwargs):
        raise error

    return perform


# -- Views of one action -------------------------------------------------------------------------------------
def test_action_view_shows_success_and_goes_back(post):
    view = action_view("cases:case", "reference")(lambda request, reference: "Done.")
    response, said = post(view, reference="ORV-26-00001")
    assert (response.status_code, said) == (302, [(constants.SUCCESS, "Done.")])
    assert response["Location"].endswith("ORV-26-00001/")


@pytest.mark.parametrize(
    ("error", "level", "shown"),
    [
        (ActionRefused("No."), None, constants.ERROR),
        (TooLate("No."), None, constants.WARNING),
        (ActionRefused("No."), constants.INFO, constants.INFO),
    ],
    ids=["error", "level of the refusal", "level of the view"],
)
def test_action_view_shows_refusal_and_goes_back(post, error, level, shown):
    view = action_view(lambda request: "/back/", level=level)(raising(error))
    response, said = post(view)
    assert (response["Location"], said) == ("/back/", [(shown, "No.")])


def test_action_view_hides_no_other_error(post):
    with pytest.raises(ValueError, match="fault"):
        post(action_view("cases:queue")(raising(ValueError("fault"))))


def test_action_view_returns_response_of_its_function(post):
    response, said = post(action_view("cases:queue")(lambda request: HttpResponse(status=422)))
    assert (response.status_code, said) == (422, [])


def test_action_view_accepts_only_post(rf):
    assert action_view("cases:queue")(lambda request: "Done.")(rf.get("/")).status_code == 405


# -- Forms ---------------------------------------------------------------------------------------------------
class ReasonForm(forms.Form):
    reason = forms.CharField()


class ReasonView(ActionFormMixin, View):
    action = staticmethod(lambda reason: reason.upper())

    def post(self, request):
        done, back = (lambda reason: f"{reason}!"), (lambda reason: f"/{reason}/")
        return self.perform(ReasonForm(request.POST), action=self.action, done=done, back=back)

    def show_again(self, form, status):
        return HttpResponse(form.errors.as_json(), status=status)


def test_form_of_action_goes_back_with_result(post):
    response, said = post(ReasonView.as_view(), {"reason": "yes"})
    assert (response["Location"], said) == ("/YES/", [(constants.SUCCESS, "YES!")])


def test_invalid_form_of_action_is_shown_again(post):
    response, said = post(ReasonView.as_view())
    assert (response.status_code, said) == (422, [])
    assert "reason" in response.text


def test_form_of_refused_action_shows_reason(post):
    response, said = post(ReasonView.as_view(action=raising(TooLate("No."))), {"reason": "yes"})
    assert (response.status_code, said) == (409, [])
    assert "No." in response.text


# -- One family ----------------------------------------------------------------------------------------------
def test_refusals_of_all_apps_are_one_family():
    found = [
        getattr(import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)), name)
        for place in ("home", "news", "newsletter", "eservices")
        for path in sorted((ROOT / place).rglob("*.py"))
        for line in path.read_text().splitlines()
        if line.startswith("class ")
        and (name := line[6:].partition("(")[0]).endswith(("ActionRefused", "IllegalTransition"))
    ]
    assert len(found) >= 9
    assert [one for one in found if not issubclass(one, ActionRefused)] == []
