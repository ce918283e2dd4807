"""Wagtail's admin of users and groups. Access is given on one form, and the user is notified."""

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
    """A choice of groups, labelled by their duties; a group that the commune created by its name."""

    def label_from_instance(self, group: Group) -> str:
        return DUTIES.get(group.name, str(group))


class StaffForm:
    """The common part of creating and editing users."""

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
    """Run the block, then announce added rights and first access to the admin, in one transaction."""
    with widening_of(user):
        was_in = _may_come_in(user)
        yield
        if not was_in and _may_come_in(user):
            reset_second_factor(actor=None, user=user)  # another holder of the mailbox may have set it up
            staff_let_in.send(User, user=user)


def _may_come_in(user: User) -> bool:
    """Return whether the stored account has access to the admin.

    It reads the database, because the instance caches its permissions.
    """
    stored = User.objects.filter(pk=user.pk).first()
    return stored is not None and stored.has_perm("wagtailadmin.access_admin")


class StaffCreationForm(StaffForm, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        field_classes = {"groups": RolesField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = _(
            "Leave it empty. Staff sign in with a code that is sent to this address."
        )


class StaffEditForm(StaffForm, UserEditForm):
    forget_second_factor = forms.BooleanField(
        label=_("Forget the second factor"),
        required=False,
        help_text=_(
            "For a lost telephone: the person sets up another one at the next sign-in, and is notified."
        ),
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
            self.fields["groups"].help_text = _(
                "You cannot change your own rights. Ask another administrator."
            )
        if editing_self or not self.instance.authenticator_set.exists():
            del self.fields["forget_second_factor"]

    class Meta(UserEditForm.Meta):
        field_classes = {"groups": RolesField}


class StaffIndexView(IndexView):
    """The list of users, with their groups and whether they have a second factor.

    A user without one sets it up at the next sign-in, and an intruder in the mailbox could do so instead. The list
    shows administrators who lacks one.
    """

    @cached_property
    def columns(self):
        works_as = Column("groups", accessor=_works_as, label=_("Groups"))
        shown = [works_as if one.name == "is_superuser" else one for one in super().columns]
        return [*shown, Column("second_factor", accessor=_said_of_factor, label=_("Second factor"))]

    def search_queryset(self, queryset):
        """Filter users by words, each of them in the first name, the last name or the address.

        Wagtail searches for the whole text in one field, so a full name would find nobody.
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
    """Return the label of the second factor; "" for residents without one, who need none."""
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
    """Bulk action that adds users to a group, under the same rules as for one user."""

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
    """Bulk action that closes accounts, or opens them again with the rights they had."""

    @classmethod
    def execute_action(cls, objects, mark_as_active=False, model=None, user=None, **kwargs):
        changed = [one for one in objects if one != user]
        for person in changed:
            with changing_rights(person):
                User.objects.filter(pk=person.pk).update(is_active=mark_as_active)
        return len(changed), 0


class StaffViewSet(UserViewSet):
    # Without Wagtail's tabs: an administrator who overlooked the second one would create a user without rights.
    create_template_name = "wagtailadmin/generic/create.html"
    edit_template_name = "wagtailadmin/generic/edit.html"
    index_view_class = StaffIndexView
    edit_view_class = StaffEditView

    def get_form_class(self, for_update=False):
        return StaffEditForm if for_update else StaffCreationForm


class StaffGroupForm(GroupForm):
    """The form of groups. The name of a built-in group is shown translated and read-only, because code refers to it."""

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
    """A view that saves a group with its rights on pages and collections, and announces added rights."""

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
