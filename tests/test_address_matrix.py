"""Access of every role to every URL, against one declared table.

An address without a line in ``support/address_matrix.txt`` fails: say there who may come in.
"""

from uuid import UUID

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, GroupApprovalTask, Locale, Site, Workflow
from wagtail.snippets.models import get_snippet_models
from wagtail.users.models import UserProfile
from wagtail_localize.models import Translation, TranslationSource

from eservices.accounts.models import User
from eservices.accounts.roles import ensure_roles
from eservices.cases.models import Case, LetterTemplate, Role
from eservices.connectors.accounting.models import LedgerExport
from eservices.payments.models import Payment, PaymentSettings
from mysite.bootstrap import grant_permissions
from mysite.site_import.actions import create_import
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.cases import TeamFactory, member
from tests.factories.catalogue import make_counter, make_service
from tests.factories.documents import DocumentTemplateFactory
from tests.factories.home import CommuneSettingsFactory, locale, make_site
from tests.factories.news import PublicationFactory
from tests.factories.submissions import DraftFactory, picture
from tests.factories.webhooks import EndpointFactory
from tests.factories.whole_case import (
    ASIDE,
    BATCH,
    BOOKING,
    CHANGE,
    CHARGE,
    DISPOSAL,
    DOCUMENT,
    FILE,
    HOLD,
    LETTER,
    LINK,
    MAIL,
    MONEY,
    REF,
    REFUND,
    RULING,
    SECRET,
    TAG,
    TEXT,
    TILL,
    VIEW,
    parts_of,
    whole_case,
)
from tests.imports import spreadsheets
from tests.support import address_matrix
from tests.support.address_matrix import Values, row_of

pytestmark = pytest.mark.django_db

# Routes that are not tested by name: pages at their path, files by number and name, and Wagtail's test of an error.
UNASKED = {"wagtail_serve", "wagtaildocs_serve", "wagtailadmin_error_test", "/admin/^.*/$"}
# Wagtail views that continue an upload, and fail without a file.
UNASKED |= {"wagtailredirects:process_import", "wagtail_localize:upload_pofile"}
NOBODY = UUID(int=0)  # the key of a missing object
SCREENS = {  # Wagtail's views, with the models of their objects
    "wagtaillocales": Locale,
    "wagtailsites": Site,
    "wagtailusers_groups": Group,
    "wagtailadmin_collections": Collection,
    "wagtailadmin_workflows": Workflow,
}
ABSENT = {"bundles", "bundle", "postings", "proposals", "proposal_desk", "subscribers", "waste_reminders"}
ABSENT |= {"phone_readers"}


@pytest.fixture
def made(db) -> tuple[dict, dict, Values]:
    """The permissions of each role, a client for it, and values for the parameters of all addresses.

    They are about the case of a resident that a team treats, with one of everything, pages of every editor, and a row
    of every kind of snippet.
    """
    CommuneSettingsFactory()
    home = make_site()
    grant_permissions(ensure_roles())
    resident, other = UserFactory(), TeamFactory(key="police")
    case = whole_case(resident)
    service = make_service(make_counter(home))
    DocumentTemplateFactory(team=case.team)
    PublicationFactory()
    draft = DraftFactory(user=resident)
    people = {
        "-": None,
        "R": resident,
        "r": UserFactory(),
        "A": member(Role.TREAT, case.team),
        "a": member(Role.TREAT, other),
        "L": member(Role.CONFIGURE, case.team, roles=["agents", "leads"]),
        "l": member(Role.CONFIGURE, other, roles=["agents", "leads"]),
        "C": UserFactory(is_staff=True, roles=["cashiers"]),
        "E": UserFactory(is_staff=True, roles=["editors"]),
        "M": UserFactory(is_staff=True, roles=["editors", "moderators"]),
        "S": SuperuserFactory(),
    }
    assert set(people) == set(address_matrix.ROLES)
    clients = {letter: signed_in(user) for letter, user in people.items()}
    rights = {letter: user and address_matrix.all_permissions(user) for letter, user in people.items()}
    return rights, clients, values(case, home, service, draft)


def signed_in(user: User | None) -> Client:
    client = Client()
    if user:
        UserProfile.get_for_user(user)
        client.force_login(user)
    return client


def values(case: Case, home, service, draft) -> Values:
    parts, page = parts_of(case), home.pk
    payment = Payment.objects.order_by("opened_at").first()
    source, _new = TranslationSource.get_or_create_from_instance(LetterTemplate.objects.get())
    translation = Translation.objects.create(source=source, target_locale=locale("de"))
    LetterTemplate.objects.get().copy_for_translation(locale("de")).save()
    image = get_image_model().objects.create(title="x", file=picture())
    paper = get_document_model().objects.create(title="x", file=ContentFile(b"x", "x.txt"))
    snippets = {
        f"{model._meta.app_label}_{model._meta.model_name}": row_of(model).pk
        for model in get_snippet_models()
    }
    snippets["eservices_cases_lettertemplate"], snippets["eservices_cases_team"] = parts[TEXT], case.team_id
    task = row_of(GroupApprovalTask)
    row_of(LedgerExport)
    endpoint = EndpointFactory(url="https://127.0.0.1/")  # an address that is never called

    def row(name: str):
        """Return the key of the object that the view shows."""
        space = name.partition(":")[0]
        if space in ABSENT:
            return 0
        if space in SCREENS:
            return SCREENS[space].objects.order_by("pk").first().pk
        for prefix in ("wagtailsnippets_", "wagtailsnippetchoosers_"):
            if space.startswith(prefix):
                return snippets[space.removeprefix(prefix)]
        return {"directory_entries": snippets["news_directory_directoryentry"]}.get(space, page)

    known = {
        "reference": parts[REF],
        "secret": parts[SECRET],
        "pk": row,
        "key": "habitants",
        "do": "take",
        "slug": "attestation",
        "page_id": page,
        "page_pk": page,
        "parent_page_id": page,
        "page_to_move_id": page,
        "destination_id": page,
        "index": service.get_parent().pk,
        "index_pk": service.get_parent().pk,
        "file_id": parts[FILE],
        "document_id": parts[DOCUMENT],
        "link_id": parts[LINK],
        "booking_id": parts[BOOKING],
        "decision_id": parts[RULING],
        "payment_id": payment.pk,
        "stage": "decision",
        "form": case.form.slug,
        "field": "salle",
        "letter": parts[LETTER],
        "carrier": "email",
        "kind": "csv",
        "table": "visits",
        "image_id": image.pk,
        "doc_id": paper.pk,
        "collection_id": row_of(Collection).pk,
        "translation_id": translation.pk,
        "translation_source_id": source.pk,
        "app_label": "eservices_cases",
        "model_name": "lettertemplate",
        "app_name": "eservices_payments",
        "content_type_app_name": "home",
        "content_type_model_name": "contentpage",
        "action": "delete",
        "action_name": "approve",
        "task_id": task.pk,
        "workflow_pk": row_of(Workflow).pk,
        "notice": NOBODY,
        "name": "agents",
        "step": "qui",
        "size": 192,
        "provider_id": "commune",
        "uidb64": "x",
        "token": "x-x",
        "code": "ABCD",
        "mode": "x",
        "filter_spec": "original",
        "revision_id_a": "earliest",
        "revision_id_b": "latest",
    }
    absent = (
        "revision_id session_id redirect_id post step_id block_id uploaded_file_id workflow_state_id number"
    )
    absent += (
        " restriction_id page_view_restriction_id task_state_id string_segment_id overridable_segment_id"
    )
    absent += " object_id deed state_id"
    known |= dict.fromkeys(absent.split(), 1)
    special = {
        ("webhook_key*", "pk"): endpoint.keys.get().pk,
        ("webhook*", "pk"): endpoint.pk,
        ("webhook_switch", "to"): "off",
        ("wagtailusers_users:*", "pk"): case.submission.user_id,
        ("wagtailadmin_workflows:*task*", "pk"): task.pk,
        ("wagtailadmin_api:images*", "pk"): image.pk,
        ("wagtailadmin_api:documents*", "pk"): paper.pk,
        ("wagtailimages_chooser:*", "pk"): image.pk,
        ("wagtaildocs_chooser:*", "pk"): paper.pk,
        ("wagtaildocs:*", "document_id"): paper.pk,
        ("wagtailadmin_editing_sessions:*", "object_id"): parts[TEXT],
        ("wagtailsettings:*", "model_name"): "paymentsettings",
        ("wagtailsettings:*", "pk"): PaymentSettings.load().pk,
        ("wagtail_localize:{submit_snippet_translation,snippets_api_detail}", "pk"): parts[TEXT],
        ("wagtailadmin_workflows:add_task", "app_label"): "wagtailcore",
        ("wagtailadmin_workflows:add_task", "model_name"): "groupapprovaltask",
        ("wagtail_bulk_action", "app_label"): "eservices_accounts",
        ("wagtail_bulk_action", "model_name"): "user",
        ("wagtailadmin_pages:choose_parent", "app_label"): "home",
        ("wagtailadmin_pages:choose_parent", "model_name"): "contentpage",
        ("{services,editor}:*", "pk"): service.pk,
        ("services:rehearsed*", "do"): "take",
        ("cases:drop_view", "pk"): parts[VIEW],
        ("cases:untag", "pk"): parts[TAG],
        ("cases:amend", "key"): "nom",
        ("cases:team_do", "do"): "role",
        ("retention:disposal", "pk"): parts[DISPOSAL],
        ("retention:lift", "pk"): parts[HOLD],
        ("formal:*", "pk"): parts[RULING],
        ("postroom:{letter,letter_pdf,do}", "pk"): parts[LETTER],
        ("postroom:do", "do"): "prepare",
        ("postroom:*", "pk"): parts[BATCH],
        ("{issued,revoke,reissue}_document", "pk"): parts[DOCUMENT],
        ("booking_photo", "pk"): parts[FILE],
        ("booking_deed", "pk"): parts[BOOKING],
        ("booking_deed", "do"): "cancel",
        ("plan:waiting_deed", "pk"): NOBODY,
        ("plan:link", "key"): "salle",
        ("plan:*", "pk"): parts[BOOKING],
        ("deliveries_board:*", "pk"): parts[MAIL],
        ("money:account_cancel", "pk"): parts[CHANGE],
        ("money:till_sheet", "pk"): parts[TILL],
        ("money:settle", "pk"): parts[ASIDE],
        ("money:settle", "do"): "book",
        ("money:charge", "pk"): parts[CHARGE],
        ("money:charge", "do"): "waive",
        ("money:refund", "pk"): parts[MONEY],
        ("money:refund_deed", "pk"): parts[REFUND],
        ("money:refund_deed", "do"): "bank",
        ("money:journal_csv", "kind"): "rows",
        ("participation*", "kind"): "comment",
        ("payments:demo", "key"): NOBODY,
        ("payments:*", "secret"): payment.basket.secret,
        ("payment_webhook", "key"): "stripe",
        ("submissions:*", "secret"): draft.secret,
        ("documents:shared*", "secret"): case.documents.get().links.get().secret,
        ("counter:opinion*", "secret"): "x" * 22,
        ("*:sms_code", "token"): "x" * 22,
        ("home:card", "key"): NOBODY,
        ("home:styles", "key"): "x",
        ("privacy:*", "key"): "newsletter",
        ("site_imports:*", "pk"): create_import(
            actor=None, source="table", address="", file=None, parent=home, publish=False
        ).pk,
        ("spreadsheet_imports:*", "pk"): spreadsheets.uploaded(
            "directory", spreadsheets.csv_file("No;Nom")
        ).pk,
        ("rooms:*", "key"): "salle",
        ("news_channels:alert", "pk"): snippets["home_alerts_alert"],
    }
    return Values(known, special)


def test_every_url_has_exactly_one_rule():
    names, table = {route.name for route in address_matrix.routes()} - UNASKED, address_matrix.rules()
    under = {name: [rule.line for rule in table if rule.covers(name)] for name in names}
    wrong = {name: lines for name, lines in under.items() if len(lines) != 1}
    assert wrong == {}, "each address is under one line of tests/support/address_matrix.txt"
    assert [rule.line for rule in table if not any(map(rule.covers, names))] == []


def test_each_role_has_access_as_the_table_declares(made):
    people, clients, about = made
    found = {}
    for place, route in enumerate(address_matrix.routes()):
        if route.name not in UNASKED:
            url, methods, let_in, enough = route.url(about), ["get", "post"], set(), []
            for rights, group in address_matrix.groups_by_rights(route, people):
                one = group[place % len(group)]  # of those with the same rights, each has its turn
                if any(rights and rights > fewer for fewer in enough):
                    let_in |= set(group)
                elif address_matrix.comes_in(clients[one], url, methods):
                    let_in |= set(group)
                    enough += [rights] if rights is not None else []
            found[route.name] = found.get(route.name, let_in) & let_in  # of two URLs with one name, both
    table = address_matrix.rules()
    said = {name: next((set(rule.who) for rule in table if rule.covers(name)), None) for name in found}
    wrong = {name: f"{who} for {said[name]}" for name, who in found.items() if who != said[name]}
    assert wrong == {}
