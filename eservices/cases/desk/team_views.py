"""Views on which agents manage their teams: members, roles, absences."""

from functools import partial

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eservices.accounts.fields import EmailAddressFormField
from eservices.accounts.models import User
from home.admin.action_views import ActionFormMixin, action_view
from home.validators import validate_no_control

from .. import access, actions
from ..models import Absence, Role
from ..workflow import absences
from .base import AgentDeskView


class RoleForm(forms.Form):
    """The staff user to add to the team or to change, and their role."""

    email = EmailAddressFormField(label=gettext_lazy("E-mail address of the colleague"), max_length=254)
    role = forms.TypedChoiceField(label=gettext_lazy("Role"), choices=Role, coerce=int, initial=Role.TREAT)
    function = forms.CharField(
        label=gettext_lazy("Function"),
        max_length=120,
        required=False,
        validators=[validate_no_control],
        help_text=gettext_lazy("Shown under the name on decisions. If empty, no change."),
    )
    sees_protected = forms.TypedChoiceField(
        label=gettext_lazy("Treats people with a protected address"),
        choices=[
            ("", gettext_lazy("no change")),
            ("yes", gettext_lazy("yes")),
            ("no", gettext_lazy("no")),
        ],
        coerce=lambda typed: typed == "yes",
        empty_value=None,
        required=False,
    )

    def __init__(self, *args, may_entrust: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_entrust:
            del self.fields["sees_protected"]

    def clean_email(self) -> str:
        typed = User.objects.normalize_email(self.cleaned_data["email"])
        self.person = User.objects.filter(email=typed, is_staff=True, is_active=True).first()
        if self.person is None:
            raise forms.ValidationError(_("No member of staff has this address."))
        return typed


class AbsenceForm(forms.Form):
    """An absence of a member, and the deputy."""

    user = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Absent person"), empty_label=None)
    first_day = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"})
    )
    last_day = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    deputy = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Deputy"),
        required=False,
        empty_label=gettext_lazy("nobody"),
    )

    def __init__(self, data=None, *, team, may_for, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["user"].queryset = may_for
        self.fields["deputy"].queryset = team.members.filter(is_active=True).order_by("first_name")


class TeamsView(AgentDeskView):
    """The teams whose cases the agent may read."""

    template_name = "cases/desk/teams.html"
    page_title = gettext_lazy("My teams")

    def get_header_buttons(self):
        return []

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": _("My teams")}]

    def get_context_data(self, **kwargs):
        teams = access.teams_of(self.request.user).prefetch_related("memberships__user")
        return super().get_context_data(teams=teams, **kwargs)


class TeamView(ActionFormMixin, AgentDeskView):
    """A team. Each POST does one thing and redirects back here."""

    template_name = "cases/desk/team.html"
    TEAM_ACTIONS = ("role", "remove", "absence", "back")

    def get(self, request, key, do=""):
        self.team = access.team_for(request.user, key)
        if do:
            return redirect("cases:team", self.team.key)
        return self.render_to_response(self.get_context_data())

    @method_decorator(action_view("cases:team", "key"))
    def post(self, request, key, do=""):
        if do not in self.TEAM_ACTIONS:
            raise Http404
        self.team = access.team_for(request.user, key, "configure" if do in ("role", "remove") else "read")
        return getattr(self, f"_{do}")(request)

    def _role(self, request):
        form = self._role_form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(role_form=form), status=422)
        given = {name: form.cleaned_data.get(name) for name in ("role", "sees_protected", "function")}
        actions.set_member_role(actor=request.user, team=self.team, user=form.person, **given)
        return _("Your entries are saved.")

    def _remove(self, request) -> str:
        member = self.team.memberships.filter(pk=_key(request, "member")).first()
        if member is None:
            raise Http404
        actions.remove_member(actor=request.user, team=self.team, user=member.user)
        return _("No longer of this team.")

    def _absence(self, request):
        return self.perform(
            self._absence_form(request.POST),
            action=partial(actions.plan_absence, actor=request.user, team=self.team),
            done=_("The absence is noted."),
            back=self._back_with_warnings,
        )

    def show_again(self, form: AbsenceForm, status: int):
        return self.render_to_response(self.get_context_data(absence_form=form), status=status)

    def _back_with_warnings(self, planned: Absence) -> str:
        """Return the URL of the team; warn of gaps.

        These are that the deputy is away too, or that the absent member is a colleague's deputy at that time.
        It does not matter which absence was recorded first.
        """
        if also := absences.absence_of_deputy(planned):
            message = _(
                "%(deputy)s is away too, from %(first)s to %(last)s. Check who is deputy during this time."
            )
            messages.warning(self.request, message % {"deputy": planned.deputy, **also.days})
        if left := absences.uncovered_absence(planned):
            message = _(
                "%(user)s is deputy for %(colleague)s, who is away from %(first)s to %(last)s. Check who "
                "is deputy during this time."
            )
            messages.warning(
                self.request, message % {"user": planned.user, "colleague": left.user, **left.days}
            )
        return reverse("cases:team", args=[self.team.key])

    def _back(self, request) -> str:
        absence = self.team.absences.filter(pk=_key(request, "absence")).first()
        if absence is None or not access.members_whose_absence_may_be_planned(request.user, self.team).filter(
            pk=absence.user_id
        ):
            raise Http404
        actions.cancel_absence(actor=request.user, absence=absence)
        return _("The absence is over.")

    def _role_form(self, data=None) -> RoleForm:
        may_entrust = actions.may_entrust(self.request.user, self.team)
        return RoleForm(data, may_entrust=may_entrust, auto_id="role_%s")

    def _absence_form(self, data=None) -> AbsenceForm:
        may_for = access.members_whose_absence_may_be_planned(self.request.user, self.team)
        starts = {"user": self.request.user.pk}
        return AbsenceForm(data, team=self.team, may_for=may_for, auto_id="absence_%s", initial=starts)

    # -- What is shown ---------------------------------------------------------------------------------------
    def get_page_title(self):
        return str(self.team)

    def get_header_buttons(self):
        return []

    def get_breadcrumbs_items(self):
        teams = {"url": reverse("cases:teams"), "label": _("My teams")}
        return [*super().get_breadcrumbs_items(), teams, {"url": "", "label": str(self.team)}]

    def get_context_data(self, role_form=None, absence_form=None, **kwargs):
        user, today = self.request.user, timezone.localdate()
        may_for = access.members_whose_absence_may_be_planned(user, self.team)
        mine = set(may_for.values_list("pk", flat=True))
        absences = self.team.absences.to_come(today).select_related("user", "deputy")
        return super().get_context_data(
            team=self.team,
            members=self.team.memberships.select_related("user").order_by("-role", "user__last_name"),
            absences=[(one, one.user_id in mine) for one in absences],
            may_configure=access.may_configure(user, self.team),
            role_form=role_form or self._role_form(),
            absence_form=(absence_form or self._absence_form()) if mine else None,
            today=today,
            **kwargs,
        )


def _key(request, name: str) -> int:
    typed = request.POST.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
