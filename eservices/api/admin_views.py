"""Admin screens of tokens: the list, a new one whose secret is shown once, and withdrawal."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from home.admin.action_views import ActionFormMixin, action_view

from . import access, actions
from .exceptions import TokenRefused
from .forms import TokenForm

PER_PAGE = 50


class TokenListView(WagtailAdminTemplateMixin, TemplateView):
    """The tokens with what they open, until when, and their last use."""

    template_name = "api/tokens.html"
    page_title = gettext_lazy("API tokens")
    header_icon = "key"

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        tokens = Paginator(access.tokens_for(self.request.user), PER_PAGE).get_page(self.request.GET.get("p"))
        return super().get_context_data(tokens=tokens, **kwargs)


class NewTokenView(WagtailAdminTemplateMixin, ActionFormMixin, FormView):
    """The form of a new token. Its answer is the only page that shows the secret, and is kept nowhere."""

    template_name = "api/new_token.html"
    form_class = TokenForm
    page_title = gettext_lazy("New API token")
    header_icon = "key"

    def dispatch(self, request, *args, **kwargs):
        if not access.may_manage_tokens(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        index = {"url": reverse("api_tokens:index"), "label": TokenListView.page_title}
        return [*super().get_breadcrumbs_items(), index, {"url": "", "label": self.page_title}]

    def post(self, request, *args, **kwargs):
        return self.perform(
            self.get_form(),
            action=lambda **chosen: actions.make_token(actor=request.user, **chosen),
            done=_("The token is made."),
            back=self._secret_page,
        )

    def _secret_page(self, made):
        token, secret = made
        context = self.get_context_data(form=None, token=token, secret=secret)
        page = render(self.request, "api/token_secret.html", context)
        page["Cache-Control"] = "no-store"
        return page

    def show_again(self, form, status):
        return self.render_to_response(self.get_context_data(form=form), status=status)


@action_view("api_tokens:index")
def withdraw(request, pk) -> str:
    token = access.token_for(request.user, pk)
    if not actions.withdraw_token(actor=request.user, token=token):
        raise TokenRefused(_("This token was withdrawn before."))
    return _("“%(token)s” opens nothing any more.") % {"token": token}
