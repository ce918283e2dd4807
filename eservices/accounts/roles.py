"""The groups that staff belong to, and what each may do in the admin. What an agent may do with a case is the
team's to say; a group only opens doors."""

from django.contrib.auth.models import Group, Permission

EDITORS, MODERATORS, AGENTS, LEADS = "editors", "moderators", "agents", "leads"

ADMIN = ["wagtailadmin.access_admin"]
MEDIA = [
    f"{app}.{action}_{model}"
    for app, model in (("wagtailimages", "image"), ("wagtaildocs", "document"))
    for action in ("add", "change", "choose")
]
SITE = ["home.change_communesettings", "wagtailredirects.add_redirect", "wagtailredirects.change_redirect"]
COUNTER = ["eservices_submissions.file_for_others"]
# Group → permissions as "app.codename". Apps that are not there, or not yet, are passed over.
ROLES: dict[str, list[str]] = {
    EDITORS: [*ADMIN, *MEDIA],
    MODERATORS: [*ADMIN, *MEDIA, *SITE, "wagtail_localize.submit_translation"],
    AGENTS: [*ADMIN, *COUNTER],
    LEADS: [*ADMIN, *COUNTER],
}
# Whole models of an app that a group keeps: every permission on them.
KEEPS: dict[str, list[str]] = {
    MODERATORS: ["home", "news", "newsletter", "eservices_catalogue"],
    LEADS: [
        "eservices_deliveries.delivery",
        "eservices_documents.documenttemplate",
        "eservices_cases.team",
        "eservices_cases.teammember",
    ],
}


def _permissions(name: str) -> list[Permission]:
    wanted = set(ROLES[name])
    kept = set(KEEPS.get(name, []))
    return [
        permission
        for permission in Permission.objects.select_related("content_type")
        if f"{permission.content_type.app_label}.{permission.codename}" in wanted
        or permission.content_type.app_label in kept
        or f"{permission.content_type.app_label}.{permission.content_type.model}" in kept
    ]


def ensure_roles() -> dict[str, Group]:
    """The groups by name, made where they are missing, with the permissions that belong to them.

    What somebody added to a group by hand stays. Rights on pages stand on the page tree.
    """
    groups = {}
    for name in ROLES:
        groups[name], _ = Group.objects.get_or_create(name=name)
        groups[name].permissions.add(*_permissions(name))
    return groups
