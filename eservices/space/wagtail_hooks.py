"""Account menu items for staff, the sign-in report, and the second factor before restricted pages."""

from django.conf import settings
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import BaseViewRestriction

from .authentication.second_factor import second_factor_url
from .authentication.sign_in_report import SignInReportView, may_read


@hooks.register("register_account_menu_item")
def register_second_factor(request):
    return {
        "url": reverse("mfa_index"),
        "label": _("Second factor"),
        "help_text": _("Six digits that an app on your telephone shows, beside the mailbox or the password."),
    }


@hooks.register("register_account_menu_item")
def register_sessions(request):
    return {
        "url": reverse("usersessions_list"),
        "label": _("Sessions and sign-ins"),
        "help_text": _("Your sessions and sign-in attempts."),
    }


@hooks.register("insert_global_admin_js")
def insert_typing_script():
    return format_html(
        '<script type="module" src="{}" data-address="{}"></script>',
        static("js/typing.js"),
        reverse("wagtailadmin_login"),
    )


@hooks.register("register_admin_urls")
def register_sign_ins():
    return [
        path("reports/sign-ins/", SignInReportView.as_view(), name="sign_ins"),
        path(
            "reports/sign-ins/results/", SignInReportView.as_view(results_only=True), name="sign_ins_results"
        ),
    ]


class SignInsItem(MenuItem):
    def is_shown(self, request):
        return may_read(request.user)


@hooks.register("register_reports_menu_item")
def sign_ins_item():
    return SignInsItem(_("Sign-ins"), reverse("sign_ins"), name="sign-ins", icon_name="key", order=910)


@hooks.register("before_serve_page")
def require_second_factor_for_page(page, request, args, kwargs):
    return _way_to_show(request, page.get_view_restrictions)


@hooks.register("before_serve_document")
def require_second_factor_for_document(document, request):
    return _way_to_show(request, document.collection.get_view_restrictions)


def _way_to_show(request, restrictions):
    """Return a redirect to the second factor if groups restrict the page or document; else None.

    Wagtail checks groups there, not rights, so the middleware's suspension of rights has no effect.
    """
    if not settings.STAFF_SECOND_FACTOR or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    step = second_factor_url(request.user, request.get_full_path())
    if step and any(one.restriction_type == BaseViewRestriction.GROUPS for one in restrictions()):
        return redirect(step)
    return None
