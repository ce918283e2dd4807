"""Access to the register of processing: administrators, and groups with the permission."""

from django.http import Http404

from eservices.accounts.models import User

from .processing_register import ProcessingActivity, processing_activities


def may_view_register(user: User) -> bool:
    return user.is_active and user.has_perm("mysite_privacy.view_processingnote")


def may_change_register(user: User) -> bool:
    return may_view_register(user) and user.has_perm("mysite_privacy.change_processingnote")


def activities_for(user: User, language: str) -> list[ProcessingActivity]:
    """Return the register, for staff with the permission. Raise Http404 otherwise."""
    if not may_view_register(user):
        raise Http404
    return processing_activities(language)


def activity_for(user: User, key: str, language: str) -> ProcessingActivity:
    """Return one activity, for staff with the permission. Raise Http404 otherwise."""
    found = next((one for one in activities_for(user, language) if one.key == key), None)
    if found is None:
        raise Http404
    return found
