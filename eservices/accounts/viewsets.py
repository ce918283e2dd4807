"""Wagtail's screens for people and their groups. Somebody is let in on one sheet, and told so."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from operator import or_

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.permissions import register_permission_policy
from wagtail.users.forms import GroupForm, UserCreationForm, UserEditForm
from wagtail.users.views import groups
from wagtail.users.views.bulk_actions import AssignRoleBulkAction, SetActiveStateBulkAction
from wagtail.users.views.users import EditView, IndexView, UserViewSet

from .access import AdministratorsOnly, may_change_rights, widening_of
from .actions import end_sessions, follow_new_address, reset_second_factor
from .models import User
from .roles import DUTIES, ROLE_LABELS
from .signals import staff_let_in

register_permission_policy(User, AdministratorsOnly(User))
register_permission_policy(Group, AdministratorsOnly(Group))

ORDER = ["email", "first_name", "last_name", "groups", "is_superuser", "is_active", "password1", "password2"]
ORDER += ["forget_second_factor", "end_sessions"]


class RolesField(forms.ModelMultipleChoiceField):
    """The groups by what their members do; one that the commune made, by its name."""

    def label_from_instance(self, group: Group) -> str:
        return DUTIES.get(group.name, str(group))


class StaffForm:
    """What adding and changing have in common."""

    field_order = ORDER

    def save(self, commit=True):
        before = User.objects.filter(pk=self.instance.pk).values_list("email", flat=True).first()
        with changing_rights(self.instance):
            user = super().save(commit)
            if before and before != user.email:
                follow_new_address(actor=None, user=user, before=before)
        return user


@contextmanager
def changing_rights(user: User) -> Iterator[None]:
    """Let in whom the block gives a first right, and tell what it adds. One transaction."""
    with widening_of(user):
        was_in = _may_come_in(user)
        yield
        if not was_in and _may_come_in(user):
            reset_second_factor(actor=None, user=user)  # set up by whoever had the mailbox of a resident
            staff_let_in.send(User, user=user)


def _may_come_in(user: User) -> bool:
    """As it stands in the database: the user at hand remembers what they could do before."""
    stored = User.objects.filter(pk=user.pk).first()
    return stored is not None and stored.has_perm("wagtailadmin.access_admin")


class StaffCreationForm(StaffForm, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        field_classes = {"groups": RolesField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = _(
            "Leave it empty: who works here signs in by a code that is sent to the address."
        )


class StaffEditForm(StaffForm, UserEditForm):
    forget_second_factor = forms.BooleanField(
        label=_("Forget the second factor"),
        required=False,
        help_text=_("The telephone is lost: at the next sign-in another one is set up. The person is told."),
    )

    end_sessions = forms.BooleanField(
        label=_("End all sessions"),
        required=False,
        help_text=_("The person is signed out on every device, at once."),
    )

    def __init__(self, *args, editing_self=False, **kwargs):
        super().__init__(*args, editing_self=editing_self, **kwargs)
        if editing_self:
            del self.fields["end_sessions"]
        if editing_self and not may_change_rights(self.instance, self.instance):
            self.fields["groups"].disabled = True
            self.fields["groups"].help_text = _("Nobody changes their own rights: ask another administrator.")
        if editing_self or not self.instance.authenticator_set.exists():
            del self.fields["forget_second_factor"]

    class Meta(UserEditForm.Meta):
        field_classes = {"groups": RolesField}


class StaffIndexView(IndexView):
    """With what somebody works as, and who has a second factor: whoever has none sets it up at the next sign-in, and
    nobody else should."""

    @cached_property
    def columns(self):
        works_as = Column("groups", accessor=_works_as, label=_("Groups"))
        shown = [works_as if one.name == "is_superuser" else one for one in super().columns]
        return [*shown, Column("second_factor", accessor=_said_of_factor, label=_("Second factor"))]

    def search_queryset(self, queryset):
        """Filter people by words: each stands in the first name, the last name or the address.

        Wagtail looks for the whole of what is typed in one field, so nobody is found by the full name.
        """
        for word in (self.search_query or "").split():
            fields = (Q(**{f"{name}__icontains": word}) for name in self.search_fields)
            queryset = queryset.filter(reduce(or_, fields))
        return queryset

    def get_base_queryset(self):
        factors = Authenticator.objects.filter(user=OuterRef("pk"))
        people = super().get_base_queryset().prefetch_related("groups")
        return people.annotate(has_second_factor=Exists(factors))


def _works_as(user: User) -> str:
    most = [gettext("Administrator")] if user.is_superuser else []
    return ", ".join([*most, *sorted(map(str, user.groups.all()))])


def _said_of_factor(user: User) -> str:
    """Nothing of residents who have none: they need none."""
    if user.has_second_factor:
        return _("set up")
    return _("none yet") if user.is_superuser or user.groups.all() else ""


class StaffEditView(EditView):
    def save_instance(self):
        user = super().save_instance()
        if self.form.cleaned_data.get("forget_second_factor"):
            reset_second_factor(actor=self.request.user, user=user)
        if self.form.cleaned_data.get("end_sessions"):
            end_sessions(actor=self.request.user, user=user)
        return user


class AssignGroup(AssignRoleBulkAction):
    """A group for several people at once, under the rules that hold for one."""

    def get_execution_context(self):
        return {**super().get_execution_context(), "actor": self.request.user}

    @classmethod
    def execute_action(cls, objects, role=None, actor=None, **kwargs):
        changed = [one for one in objects if role and may_change_rights(actor, one)]
        for person in changed:
            with changing_rights(person):
                role.user_set.add(person)
        return len(changed), 0


class SetActive(SetActiveStateBulkAction):
    """Accounts closed, or opened again with the rights they had."""

    @classmethod
    def execute_action(cls, objects, mark_as_active=False, model=None, user=None, **kwargs):
        changed = [one for one in objects if one != user]
        for person in changed:
            with changing_rights(person):
                User.objects.filter(pk=person.pk).update(is_active=mark_as_active)
        return len(changed), 0


class StaffViewSet(UserViewSet):
    # Without Wagtail's tabs: who overlooked the second let somebody in who could do nothing.
    create_template_name = "wagtailadmin/generic/create.html"
    edit_template_name = "wagtailadmin/generic/edit.html"
    index_view_class = StaffIndexView
    edit_view_class = StaffEditView

    def get_form_class(self, for_update=False):
        return StaffEditForm if for_update else StaffCreationForm


class StaffGroupForm(GroupForm):
    """The program knows the groups that it made by their names: people read them translated, and leave them."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.name in ROLE_LABELS:
            self.initial["name"], self.fields["name"].disabled = str(self.instance), True

    def clean_name(self):
        return self.instance.name if self.fields["name"].disabled else super().clean_name()


class StaffGroupIndexView(groups.IndexView):
    columns = [
        TitleColumn(
            "name", accessor=str, label=_("Name"), sort_key="name", url_name="wagtailusers_groups:edit"
        )
    ]


class ToldGroup:
    """A view that saves a group and its rights on pages and collections."""

    def process_form(self):
        with widening_of(self.object):
            return super().process_form()


class StaffGroupCreateView(ToldGroup, groups.CreateView):
    pass


class StaffGroupEditView(ToldGroup, groups.EditView):
    pass


class StaffGroupViewSet(groups.GroupViewSet):
    index_view_class = StaffGroupIndexView
    add_view_class = StaffGroupCreateView
    edit_view_class = StaffGroupEditView

    def get_form_class(self, for_update=False):
        return StaffGroupForm
