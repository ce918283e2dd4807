"""Permissions on rows of teams: leads edit those of their team, administrators all."""

from functools import wraps

from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import policy_registry
from wagtail.snippets.views.snippets import SnippetViewSet
from wagtail.utils.urlpatterns import decorate_urlpatterns

from home.web.shortcuts import get_or_404

from . import access
from .models import Role


class OwnTeams(ModelPermissionPolicy):
    """A group's permission, limited to rows of teams in which the user has at least ``role``.

    A row without a team is shared: only administrators edit it. ``team``: the lookup of the row's team. ``refused``:
    actions for administrators only.
    """

    def __init__(self, model, *refused: str, team: str = "team_id", role: Role = Role.LEAD):
        super().__init__(model)
        self.refused, self.team, self.role = refused, team, role

    def user_has_permission(self, user, action):
        if not super().user_has_permission(user, action):
            return False
        return user.is_superuser or bool(action not in self.refused and self._teams(user))

    def user_has_any_permission(self, user, actions):
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user, action, instance):
        if not self.user_has_permission(user, action):
            return False
        return user.is_superuser or getattr(instance, self.team) in self._teams(user)

    def instances_user_has_any_permission_for(self, user, actions):
        rows = super().instances_user_has_any_permission_for(user, actions)
        return rows if user.is_superuser else rows.filter(**{f"{self.team}__in": self._teams(user)})

    def _teams(self, user) -> set[int]:
        return access.teams_with_role(user, self.role)


class TeamsViewSet(SnippetViewSet):
    """Admin views of rows that belong to teams. Rows of other teams are a 404."""

    copy_view_enabled = False
    add_to_settings_menu = True

    def get_queryset(self, request):
        policy = policy_registry.get_by_type(self.model)
        rows = policy.instances_user_has_any_permission_for(request.user, ["change", "delete"])
        listed = [one.name for one in self.model._meta.fields if one.name in ("team", "locale")]
        return rows.select_related(*listed) if listed else rows

    def get_urlpatterns(self):
        return decorate_urlpatterns(super().get_urlpatterns(), self._of_own_team)

    def _of_own_team(self, view):
        """Refuse rows of other teams in every view.

        Wagtail's own views check only the permission on the model.
        """

        @wraps(view)
        def guarded(request, *args, **kwargs):
            policy = policy_registry.get_by_type(self.model)
            if "pk" in kwargs and policy.user_has_permission(request.user, "change"):
                row = get_or_404(self.model, pk=unquote(str(kwargs["pk"])))
                if not policy.user_has_permission_for_instance(request.user, "change", row):
                    raise Http404
            return view(request, *args, **kwargs)

        return guarded


class OwnedForm(WagtailAdminModelForm):
    """The form of a text that a team owns.

    Leads can choose only teams that they lead, and no key that another team uses.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self._is_limited() and "team" in self.fields:
            team = self.fields["team"]
            team.queryset = team.queryset.filter(pk__in=self._own())
            team.required, team.empty_label = True, None

    def clean(self):
        cleaned = super().clean()
        key = cleaned.get("key")
        if key and self._is_limited():
            others = type(self.instance)._default_manager.filter(key=key).exclude(pk=self.instance.pk)
            if any(one.team_id not in self._own() for one in others):
                self.add_error("key", ValidationError(_("This key is used by another team: choose another.")))
        return cleaned

    def _is_limited(self) -> bool:
        return self.for_user is not None and not self.for_user.is_superuser

    def _own(self) -> set[int]:
        return access.teams_with_role(self.for_user, Role.LEAD)


class TeamForm(WagtailAdminModelForm):
    """The form of a team. Only administrators change the key, because services refer to it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.for_user is not None and not self.for_user.is_superuser and "key" in self.fields:
            self.fields["key"].disabled = True
