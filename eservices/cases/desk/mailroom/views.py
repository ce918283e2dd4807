"""Views of the mailroom: letters, batches, one letter."""

from functools import partial
from io import BytesIO

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from eservices.deliveries import access as outbox
from eservices.deliveries import actions as deliveries
from eservices.deliveries.models import Delivery
from eservices.deliveries.print_queue import actions
from eservices.deliveries.print_queue.pdf import render_letters_pdf
from home.admin.action_views import ActionFormMixin, action_view
from home.localization.times import format_time

from ...actions import log_read
from ...models import Team
from ..base import AgentDeskView, agents_only
from . import access
from .forms import DeliveryProofForm, GiveUpForm, LetterAddressForm, SelectedLettersForm

POSTED_SHOWN = 100
State = Delivery.State


class MailroomView(AgentDeskView):
    """A page of the mailroom."""

    header_icon = "mail"

    def get_header_buttons(self):
        return []

    def get_breadcrumbs_items(self):
        items = super().get_breadcrumbs_items()[:-1]
        return [*items, {"url": reverse("postroom:letters"), "label": _("Letters to post")}]


class LettersView(MailroomView):
    """Paper letters by state: to print, to post, posted."""

    template_name = "cases/desk/mailroom/letters.html"
    page_title = gettext_lazy("Letters to post")
    VIEWS = {
        "print": gettext_lazy("To print"),
        "ready": gettext_lazy("Printed, to post"),
        "posted": gettext_lazy("Posted"),
    }

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items()[:-1], {"url": "", "label": _("Letters to post")}]

    def get_context_data(self, **kwargs):
        mine = access.letters_for(self.request.user)
        chosen = self.request.GET.get("view")
        chosen = chosen if chosen in self.VIEWS else "print"
        found = {"print": mine.to_print(), "ready": mine.printed(), "posted": mine.posted()}[chosen]
        shown = list(found[: POSTED_SHOWN if chosen == "posted" else actions.MAX_BATCH_SIZE])
        sizes = {"print": mine.to_print().count(), "ready": mine.printed().count()}
        return super().get_context_data(
            chosen=chosen,
            tabs=[(key, label, sizes.get(key), key == chosen) for key, label in self.VIEWS.items()],
            rows=_rows(shown),
            missing=sum(not one.recipient for one in shown),
            batches=access.batches_for(self.request.user) if chosen == "ready" else [],
            **kwargs,
        )


class BatchView(MailroomView):
    """Letters that were printed together: their PDF and states."""

    template_name = "cases/desk/mailroom/batch.html"

    def get_page_title(self):
        taken = timezone.localtime(self.batch.taken_at)
        return _("Batch of %(day)s, %(hour)s") % {"day": f"{taken:%d.%m.}", "hour": format_time(taken)}

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.get_page_title()}]

    def get(self, request, pk):
        self.batch, self.letters = access.batch_for(request.user, pk)
        return super().get(request, pk=pk)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            batch=self.batch,
            rows=_rows(self.letters),
            left=sum(one.state == State.PRINTED for one in self.letters),
            printable=any(one.payload for one in self.letters),
            **kwargs,
        )


class LetterView(ActionFormMixin, MailroomView):
    """A paper letter with its text, address and events. POST does one thing and redirects back."""

    template_name = "cases/desk/mailroom/letter.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.letter = access.letter_for(request.user, kwargs["pk"])
        self.forms = {}

    def get_page_title(self):
        return self.letter.title

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.letter.title}]

    def get(self, request, pk, do=""):
        if do:
            return redirect("postroom:letter", pk)
        _log_reading(request.user, [self.letter])
        return super().get(request, pk=pk)

    def post(self, request, pk, do=""):
        if do not in LETTER_ACTIONS:
            raise Http404
        form_class, act, done = LETTER_ACTIONS[do]
        form = self.forms[do] = form_class(request.POST, auto_id=f"{do}_%s")
        return self.perform(
            form,
            action=partial(act, actor=request.user, letter=self.letter),
            done=done,
            back=reverse("postroom:letter", args=[pk]),
        )

    def show_again(self, form, status: int):
        self.letter = access.letter_for(self.request.user, self.letter.pk)
        return self.render_to_response(self.get_context_data(), status=status)

    def get_context_data(self, **kwargs):
        letter, posting, rows = self.letter, self.letter.posting, _rows([self.letter])
        starts = {
            "prepare": {
                "lines": "\n".join(letter.payload.get("address", [])),
                "registered": posting.registered,
            },
            "proof": {"number": posting.number, "delivered_on": posting.delivered_on},
            "skip": {},
        }
        fresh = {
            do: LETTER_ACTIONS[do][0](initial=initial, auto_id=f"{do}_%s") for do, initial in starts.items()
        }
        return super().get_context_data(
            rows=rows,
            row=rows[0],
            letter=letter,
            text="" if letter.confidential else outbox.readable_text(letter),
            events=letter.events.select_related("actor"),
            forms=fresh | self.forms,
            **kwargs,
        )


def _skip(*, actor, letter, reason: str) -> None:
    if not deliveries.skip_delivery(actor=actor, delivery=letter, reason=reason):
        raise actions.PaperLetterActionRefused(_("This delivery has already ended. You cannot give it up."))


LETTER_ACTIONS = {
    "prepare": (LetterAddressForm, actions.set_letter_address, gettext_lazy("The address is saved.")),
    "proof": (
        DeliveryProofForm,
        actions.save_delivery_proof,
        gettext_lazy("The proof of delivery is saved."),
    ),
    "skip": (GiveUpForm, _skip, gettext_lazy("The letter will not be posted.")),
}


@action_view("postroom:letters")
@agents_only
def take_batch(request):
    """Take the selected letters as one batch to print."""
    wanted = _selected(request, access.letters_for(request.user))
    batch = actions.take_print_batch(actor=request.user, wanted=wanted)
    if left_out := wanted.exclude(state=State.TO_PRINT).exclude(posting__batch=batch).count():
        messages.warning(request, _not_in_batch_text(left_out))
    return redirect("postroom:batch", batch.pk)


def _not_in_batch_text(count: int) -> str:
    text = ngettext(
        "%(n)s chosen letter is not in this batch. It is already in another batch, or no longer "
        "needs to be posted.",
        "%(n)s chosen letters are not in this batch. They are already in another batch, or no "
        "longer need to be posted.",
        count,
    )
    return text % {"n": count}


def _selected(request, letters):
    """Return the selected ones of ``letters``. Raise PaperLetterActionRefused if the selection is invalid."""
    form = SelectedLettersForm(request.POST, letters=letters)
    if not form.is_valid():
        raise actions.PaperLetterActionRefused(form.errors["letters"][0])
    return form.cleaned_data["letters"]


def _batch_or_list(request, pk) -> str:
    """Return the URL of the batch while letters of it are to be posted, else of the list."""
    found = access.letters_for(request.user).filter(posting__batch=pk).printed()
    return reverse("postroom:batch", args=[pk]) if found.exists() else reverse("postroom:letters")


@action_view(_batch_or_list)
def mark_posted(request, pk) -> str:
    """Mark the selected letters of a batch as posted."""
    numbers = {
        key.removeprefix("number-"): value.replace("\0", "")
        for key, value in request.POST.items()
        if key.startswith("number-")
    }

    done = actions.mark_posted(actor=request.user, wanted=_selected_of_batch(request, pk), numbers=numbers)
    return ngettext("%(n)s letter is posted.", "%(n)s letters are posted.", done) % {"n": done}


@action_view(_batch_or_list)
def put_back(request, pk) -> str:
    """Return the selected letters of a batch to the print queue."""
    done = actions.return_to_queue(actor=request.user, wanted=_selected_of_batch(request, pk))
    text = ngettext("%(n)s letter waits to be printed.", "%(n)s letters wait to be printed.", done)
    return text % {"n": done}


def _selected_of_batch(request, pk):
    access.batch_for(request.user, pk)
    return _selected(request, access.letters_for(request.user).filter(posting__batch=pk))


@require_safe
@csp_override({"default-src": [CSP.NONE], "sandbox": True})
def batch_pdf(request, pk):
    """Return a PDF of the batch's letters that still have their text, for one- or two-sided printing."""
    batch, letters = access.batch_for(request.user, pk)
    letters = [one for one in letters if one.payload]
    if not letters:
        raise Http404
    _log_reading(request.user, letters)
    content = render_letters_pdf(letters, batch.taken_at, both_sides=request.GET.get("sides") == "2")
    return _printed(content, f"{timezone.localtime(batch.taken_at):%Y-%m-%d-%H%M}.pdf")


@require_safe
@csp_override({"default-src": [CSP.NONE], "sandbox": True})
def letter_pdf(request, pk):
    """Return the PDF of one letter."""
    letter = access.letter_for(request.user, pk)
    if not letter.payload:
        raise Http404
    _log_reading(request.user, [letter])
    return _printed(render_letters_pdf([letter], letter.created_at), f"{letter.pk}.pdf")


def _log_reading(user, letters: list[Delivery]) -> None:
    """Log the reading on the cases that the letters are about."""
    for case in access.cases_of(letters):
        log_read(actor=user, case=case)


def _printed(content: bytes, name: str) -> FileResponse:
    response = FileResponse(
        BytesIO(content),
        as_attachment=True,
        filename=f"{_('letters')}-{name}",
        content_type="application/pdf",
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _rows(letters: list[Delivery]) -> list[dict]:
    """Return each letter with the reference of its case and its team."""
    references = access.references_of(letters)
    offices = {
        team.key: team for team in Team.objects.filter(key__in={one.posting.office for one in letters})
    }
    return [
        {
            "letter": one,
            "posting": one.posting,
            "reference": references.get(one.subject, ""),
            "office": offices.get(one.posting.office, ""),
        }
        for one in letters
    ]
