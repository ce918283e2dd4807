"""All addresses of the URL resolver, and values for their parameters.

The outcome of each is asked for as each of ``ROLES``, or as one of several that have the same rights there. What is
right stands in ``address_matrix.txt``.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from django.urls import URLPattern, get_resolver, reverse
from wagtail.models import GroupCollectionPermission, GroupPagePermission
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.models import get_snippet_models

TABLE = Path(__file__).with_name("address_matrix.txt")
# The letters of the roles in the table. Case, money and documents belong to the resident (R); the team is that of the
# agent (A).
ROLES = {
    "-": "anonymous",
    "R": "the resident whose it is",
    "r": "another resident",
    "A": "agent of the team",
    "a": "agent of another team",
    "L": "lead of the team",
    "l": "lead of another team",
    "C": "cashier",
    "E": "editor",
    "M": "chief editor",
    "S": "administrator",
}
ALL = "".join(ROLES)
SIGN_INS = ("admin/login/", "compte/entrer/")
EARLIEST = datetime(2026, 11, 25, 9, tzinfo=UTC)
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>")


@dataclass(frozen=True)
class Route:
    """An address of the resolver: its full name, or its route if it has no name."""

    name: str
    route: str
    parameters: tuple[str, ...]
    view: Callable

    @property
    def is_named(self) -> bool:
        return not self.name.startswith("/")

    def url(self, values: "Values") -> str:
        given = {one: values.of(self.name, one) for one in self.parameters}
        if self.is_named:
            return reverse(self.name, kwargs=given) if given else reverse(self.name)
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(given[found[1]]), self.name)

    @property
    def app(self) -> str:
        """Return the name of the package in which the view is written."""
        return getattr(self.view, "view_class", self.view).__module__.partition(".")[0]


def routes() -> list[Route]:
    """Return every address once, in the order of the resolver."""
    found = {}
    for route in _walked(get_resolver(), "", "", ()):
        found.setdefault((route.name, route.parameters), route)
    return list(found.values())


def _walked(resolver, space: str, above: str, parameters: tuple) -> Iterator[Route]:
    for one in resolver.url_patterns:
        below = above + str(one.pattern)
        own = (*parameters, *(first or second for first, second in PARAMETER.findall(str(one.pattern))))
        if isinstance(one, URLPattern):
            yield Route(space + one.name if one.name else f"/{below}", below, own, one.callback)
        else:
            yield from _walked(one, f"{space}{one.namespace}:" if one.namespace else space, below, own)


# -- The table -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Rule:
    """A line of the table: glob patterns of addresses and the roles with access."""

    line: int
    patterns: tuple[re.Pattern, ...]
    who: str

    def covers(self, name: str) -> bool:
        return any(one.fullmatch(name) for one in self.patterns)


def rules() -> list[Rule]:
    """Read the table. A line is ``who: name name*``; ``nobody`` and ``everybody`` mean no role and all roles."""
    found = []
    for number, line in enumerate(TABLE.read_text().splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            who, _colon, names = line.partition(": ")
            who = {"nobody": "", "everybody": ALL}.get(who, who)
            assert set(who) <= set(ALL), line
            found.append(Rule(number, tuple(_glob(one) for one in names.split()), who))
    return found


def _glob(pattern: str) -> re.Pattern:
    """Compile a pattern: ``*`` is anything, ``{a,b}`` one of the words, ``!{a,b}`` anything but these."""
    parts = []
    for part in re.split(r"(!?\{[^}]*\}|\*)", pattern):
        words = "|".join(re.escape(one) for one in part.strip("!{}").split(","))
        if part == "*":
            parts.append(".*")
        elif part.startswith("!{"):
            parts.append(f"(?!(?:{words})$).*")
        elif part.startswith("{"):
            parts.append(f"(?:{words})")
        else:
            parts.append(re.escape(part))
    return re.compile("".join(parts))


# -- Roles with the same rights ------------------------------------------------------------------------------
# Snippets of which each role is asked, though some are judged alike: with workflow, locks and previews, and without. It
# proves that Wagtail's views ask for rights to the model and for nothing else.
EXAMPLES = {"newsletter_campaign", "eservices_bookings_unit"}
# Views of Wagtail that show models of eservices.
OF_ESERVICES = ("wagtail_localize:", "wagtailadmin_editing_sessions:", "wagtailsettings:", "sign_ins")
SNIPPETS = ("wagtailsnippets_", "wagtailsnippetchoosers_")


def all_permissions(user) -> frozenset[str]:
    """Return all permissions of a user, also those to pages and collections."""
    places = [
        f"{kind.__name__}.{right}"
        for kind in (GroupPagePermission, GroupCollectionPermission)
        for right in kind.objects.filter(group__user=user).values_list("permission__codename", flat=True)
    ]
    return frozenset([*user.get_all_permissions(), *places, *["superuser"] * user.is_superuser])


def groups_by_rights(
    route: Route, people: dict[str, frozenset | None]
) -> list[tuple[frozenset | None, list[str]]]:
    """Group the roles, given with their permissions, by their rights at an address, with fewer rights first.

    Those of a group are let in, or refused, together, and whoever has more rights is let in too. The rights are None
    where more than permissions decides.

    - Who may not enter the admin is asked for no other right in it.
    - Apps below ``eservices`` and libraries know nothing of it, of teams and of residents: other permissions decide.
    - At their views of a snippet whose permission policy is Wagtail's own, the rights to its model decide.
    """
    groups: dict[object, tuple[frozenset | None, list[str]]] = {}
    for letter, permissions in people.items():
        rights = None if permissions is None else _rights(route, permissions)
        groups.setdefault(letter if rights is None else rights, (rights, []))[1].append(letter)
    return sorted(groups.values(), key=lambda group: len(group[0] or ()))


def _rights(route: Route, permissions: frozenset[str]) -> frozenset | None:
    if route.route.startswith("admin/") and "wagtailadmin.access_admin" not in permissions:
        return frozenset(["outside"])  # not fewer than others: a sign-in page is for them only
    if route.app == "eservices" or route.name.startswith(OF_ESERVICES):
        return None
    if route.name.startswith(SNIPPETS):
        snippet = route.name.partition(":")[0].removeprefix(SNIPPETS[0]).removeprefix(SNIPPETS[1])
        if snippet in EXAMPLES or snippet not in _judged_by_model():
            return None
        app, model = _judged_by_model()[snippet]
        to_model = (one for one in permissions if one.startswith(app) and one.endswith(model))
        return frozenset(["wagtailadmin.access_admin", *to_model])
    return frozenset(one for one in permissions if not one.startswith("eservices_"))


@cache
def _judged_by_model() -> dict[str, tuple[str, str]]:
    """Return how the permissions begin and end that alone protect a snippet, for each of which this is true."""
    return {
        f"{model._meta.app_label}_{model._meta.model_name}": (
            f"{model._meta.app_label}.",
            f"_{model._meta.model_name}",
        )
        for model in get_snippet_models()
        if type(model.snippet_viewset.permission_policy) is ModelPermissionPolicy
    }


# -- Requests ------------------------------------------------------------------------------------------------
def comes_in(client, url: str, methods: list[str]) -> bool:
    """Return whether an address grants access: by GET, or by POST without data if it accepts only that.

    ``methods`` are tried in turn. Those that the address does not accept are removed, for the roles that follow.
    A redirect to a sign-in page or to the admin's start page, 403 and 404 are refusals, and so is a gateway for which
    the commune has no key. All changes are rolled back.
    """
    cookies = client.cookies.copy()
    try:
        with undone():
            while (answer := getattr(client, methods[0])(url)).status_code == 405 and len(methods) > 1:
                del methods[0]
    except ImproperlyConfigured:
        return False
    finally:
        client.cookies = cookies
    if answer.status_code in (301, 302):
        target = answer.url.partition("?")[0]
        return not (target == "/admin/" or target.endswith(SIGN_INS))
    return answer.status_code not in (403, 404)


@contextmanager
def undone() -> Iterator[None]:
    """Roll back everything that the block writes."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# -- Values of parameters ------------------------------------------------------------------------------------
class Values:
    """Values for the parameters of addresses: ``special`` by glob of the name and by parameter, else ``known``.

    A callable value is called with the name of the address.
    """

    def __init__(self, known: dict[str, object], special: dict[tuple[str, str], object]):
        self.known = known
        self.special = [(_glob(names), parameter, value) for (names, parameter), value in special.items()]

    def of(self, name: str, parameter: str):
        fitting = (value for names, one, value in self.special if one == parameter and names.fullmatch(name))
        value = next(fitting, self.known.get(parameter))
        return value(name) if callable(value) else value


def row_of(model: type[models.Model]) -> models.Model:
    """Return a row of a model; create one with its required fields if there is none."""
    return model._default_manager.first() or _made(model)


def _made(model: type[models.Model]) -> models.Model:
    row = model()
    for field in model._meta.concrete_fields:
        if field.primary_key or field.null or field.has_default():
            continue
        if field.is_relation:
            setattr(row, field.name, row_of(field.related_model))
        elif not field.blank:
            setattr(row, field.name, _least(field))
    row.save()
    return row


def _least(field):
    if field.choices:
        return field.flatchoices[0][0]
    kinds = {
        # A later field has a later time.
        models.DateTimeField: EARLIEST + timedelta(seconds=field.creation_counter),
        models.DateField: "2026-11-25",
        models.IntegerField: 1,
        models.URLField: "https://www.example.ch/",
        models.EmailField: "x@courriel.example",
    }
    return next((value for kind, value in kinds.items() if isinstance(field, kind)), "x")
