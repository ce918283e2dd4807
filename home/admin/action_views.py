"""Views of the admin that perform one action, with one way to show why it was refused."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from ..exceptions import ActionRefused

INVALID, REFUSED = 422, 409


@contextmanager
def refusal_as_message(request: HttpRequest, *, level: int | None = None) -> Iterator[None]:
    """Show the reason as a message if an action within is refused. ``level``: else that of the refusal."""
    try:
        yield
    except ActionRefused as refusal:
        messages.add_message(request, level or refusal.level, str(refusal))


def action_view(back: str | Callable[..., str], *names: str, level: int | None = None):
    """Return a decorator for views that perform one action by POST.

    The function returns its success message, "" for none, or a response of its own. If the action is refused, the
    reason is shown instead. Then the browser goes back: to the URL named ``back`` with the arguments ``names`` of the
    view, or to what ``back`` returns for the arguments of the view.
    """

    def decorate(perform):
        @require_POST
        @wraps(perform)
        def view(request, *args, **kwargs):
            done = ""
            with refusal_as_message(request, level=level):
                done = perform(request, *args, **kwargs)
            if isinstance(done, HttpResponseBase):
                return done
            if done:
                messages.success(request, str(done))
            if callable(back):
                return redirect(back(request, *args, **kwargs))
            return redirect(reverse(back, args=[kwargs[name] for name in names]))

        return view

    return decorate


class ActionFormMixin:
    """A page with a form that performs one action by POST.

    An invalid form is shown again, and so is that of a refused action, with the reason and all input. Pages implement
    ``show_again``, or ``show_invalid`` and ``show_refused`` if they show it in another way.
    """

    refused_status = REFUSED

    def perform(self, form, *others, action: Callable, done, back) -> HttpResponseBase:
        """Call ``action`` with the cleaned data of ``form``, show the message ``done`` and go ``back``.

        ``others``: forms that must be valid too. ``done`` and ``back`` may be functions of the result of the action;
        ``back`` is a URL or a response.
        """
        valid = [one.is_valid() for one in (form, *others)]  # all of them, so that each shows its errors
        if not all(valid):
            return self.show_invalid(form)
        try:
            result = action(**form.cleaned_data)
        except ActionRefused as refusal:
            return self.show_refused(form, refusal)
        # As text, because Django stores messages after the view, when the language of the browser is active again.
        messages.success(self.request, str(done(result) if callable(done) else done))
        onward = back(result) if callable(back) else back
        return onward if isinstance(onward, HttpResponseBase) else redirect(onward)

    def show_invalid(self, form) -> HttpResponseBase:
        return self.show_again(form, INVALID)

    def show_refused(self, form, refusal: ActionRefused) -> HttpResponseBase:
        form.add_error(None, str(refusal))
        return self.show_again(form, self.refused_status)

    def show_again(self, form, status: int) -> HttpResponseBase:
        raise NotImplementedError
