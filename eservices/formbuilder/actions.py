"""Every write of the form builder that means something."""

from django.db import transaction
from django.db.models import Max

from .definition import digest
from .models import Form, FormVersion


@transaction.atomic
def freeze(*, actor, form: Form, content: dict, kind: str = FormVersion.Kind.PUBLISHED) -> FormVersion:
    """Makes ``content`` the newest version of ``form``. Content that is the newest already makes no new one.

    ``actor``: the user who publishes; None where the system does.
    """
    Form.objects.select_for_update().get(pk=form.pk)
    newest = form.versions.filter(kind=kind).order_by("-number").first()
    mark = digest(content)
    if newest is not None and newest.digest == mark:
        return newest
    number = (form.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    return FormVersion.objects.create(
        form=form,
        number=number,
        kind=kind,
        content=content,
        digest=mark,
        created_by=actor if getattr(actor, "pk", None) else None,
    )


@transaction.atomic
def offer(*, actor, form: Form, offered: bool) -> None:
    """Opens or closes a form for new requests. What was begun may be finished."""
    Form.objects.select_for_update().filter(pk=form.pk).update(offered=offered)
    form.offered = offered
