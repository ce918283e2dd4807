"""The fee schedule: one dated list of prices, which forms refer to by key."""

import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from eservices.cases import process
from eservices.catalogue.definition.linter import lint_service
from eservices.formbuilder.fee_breakdown import itemize_fees
from eservices.formbuilder.price_list import price_entries, with_prices
from eservices.payments.amounts import AmountFormField, split_proportionally
from eservices.payments.models import FeePrice, FeeScheduleEntry
from eservices.submissions.models import Submission
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory
from tests.factories.formbuilder import content, definition, question, step, when
from tests.factories.payments import PAYMENT, entry
from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate, sent

pytestmark = pytest.mark.django_db
FEES = [{"key": "attestation", "entry": "attestation", "quantity": "exemplaires"}]


def test_fee_has_the_price_of_its_day():
    entry("attestation", 1000, 1500, vat="8.1")  # from 2020, from 2021
    form = definition(step("un", question("n", "integer")), fees=[{"key": "a", "entry": "attestation"}])
    before, old, new = (itemize_fees(form, {}, "fr", date(year, 6, 1)) for year in (2019, 2020, 2026))
    assert (before[0]["total"], before[0]["since"]) == (0, "")
    assert (old[0]["total"], old[0]["since"]) == (1000, "2020-01-01")
    assert (new[0]["total"], new[0]["vat"], new[0]["vat_amount"]) == (1500, "8.1", 112)


def test_exemption_keeps_the_line_without_its_price():
    form = definition(
        step("un", question("motif")),
        fees=[{"key": "a", "amount": 1500, "exempt": when("motif", value="bourse")}],
    )
    [line] = itemize_fees(form, {"motif": "bourse"}, "fr", date(2026, 1, 1))
    assert (line["total"], line["exempt"]) == (0, True)
    [line] = itemize_fees(form, {"motif": "bail"}, "fr", date(2026, 1, 1))
    assert (line["total"], "exempt" in line) == (1500, False)


def test_form_without_fee_schedule_needs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert with_prices(definition(fees=[{"key": "a", "amount": 1}]), date(2026, 1, 1)).fees[0].amount == 1


def test_page_carries_the_price_and_the_submission_freezes_it(client):
    entry("attestation", 1500)
    version = FormVersionFactory(content=certificate(fees=FEES))
    draft = DraftFactory(complete=True, version=version)
    url = reverse("submissions:step", args=[draft.secret, "document"])
    with CaptureQueriesContext(connection) as queries:
        page = client.get(url).content.decode()
    assert (
        sum("feeprice" in one["sql"].lower() for one in queries) == 1
    )  # looked up once for everything after it
    data = json.loads(re.search(r'<script id="step-data"[^>]*>(.*?)</script>', page)[1])
    assert data["definition"]["fees"][0]["amount"] == 1500
    assert "CHF\N{NO-BREAK SPACE}30.–" in page

    FeePrice.objects.create(entry=FeeScheduleEntry.objects.get(), valid_from=date(2026, 1, 1), amount=9900)
    sent(version=version)
    line = Submission.objects.get().fees[0]
    assert (line["entry"], line["since"], line["total"]) == ("attestation", "2026-01-01", 19800)


def test_missing_fee_entry_prevents_publication():
    wanted = content(fees=[{"key": "a", "entry": "nothing"}])
    assert [fault.path for fault in lint_service(wanted) if "nothing" in fault.message] == ["fee.a"]
    entry("nothing", 100)
    assert not [fault for fault in lint_service(wanted) if "nothing" in fault.message]
    assert price_entries() == [("nothing", "Nothing")]


@pytest.mark.parametrize("fee", [{"key": "a"}, {"key": "a", "entry": "x", "amount": 100}])
def test_fee_has_either_an_amount_or_an_entry(fee):
    entry("x", 100)
    [fault] = [fault for fault in lint_service(content(fees=[fee])) if fault.path == "fee.a"]
    assert "l’un des deux" in fault.message


def test_missing_price_stops_the_case_for_a_lead():
    case = CaseFactory(stages=[PAYMENT], advanced=False)
    case.submission.fees = [{**case.submission.fees[0], "entry": "attestation", "since": "", "total": 0}]
    case.submission.save()
    process.advance_case(case.pk)
    row = case.stages.get()
    assert (row.waiting_for, case.charges.count()) == ("lead", 0)
    assert "attestation" in row.reason


def test_excessive_amount_stops_the_case_for_a_lead():
    case = CaseFactory(stages=[PAYMENT], advanced=False)
    case.submission.fees = [
        case.submission.fees[0] | {"total": 1_000_000 * 2400}
    ]  # more than the column can store
    case.submission.save()
    process.advance_case(case.pk)
    row = case.stages.get()
    assert (row.waiting_for, case.charges.count()) == ("lead", 0)
    assert "erreur de frappe" in row.reason


def test_accounts_are_frozen_with_the_charge():
    made = entry("attestation", 1500, account="4310.00", cost_centre="1400", regulation="art. 8")
    version = certificate(fees=FEES, stages=[PAYMENT])
    case = sent(version=FormVersionFactory(content=version)).case
    process.advance_case(case.pk)
    made.account = "9999"
    made.save()
    [line] = case.charges.get().lines
    assert (line["account"], line["cost_centre"], line["regulation"]) == ("4310.00", "1400", "art. 8")


def test_editors_see_prices_and_cannot_delete_used_entries(client):
    editor = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(editor)
    made = entry("attestation", 1500)
    FormVersionFactory(content=certificate(fees=FEES))
    listed = client.get(reverse(made.snippet_viewset.get_url_name("list")))
    assert "CHF\N{NO-BREAK SPACE}15.–" in listed.content.decode()
    client.post(reverse(made.snippet_viewset.get_url_name("delete"), args=[made.pk]))
    assert FeeScheduleEntry.objects.exists()
    unused = entry("autre", 100)
    client.post(reverse(unused.snippet_viewset.get_url_name("delete"), args=[unused.pk]))
    assert not FeeScheduleEntry.objects.filter(pk=unused.pk).exists()


def test_amounts_are_parsed_as_written_on_a_price_tag():
    field = AmountFormField()
    tags = ("15", "15.5", "15,50", "1’500.05", "1\xa0500,05")
    assert [field.clean(typed) for typed in tags] == [1500, 1550, 1550, 150005, 150005]
    assert field.widget.input_type == "text"  # browsers accept no coins in a number field without a step
    assert field.prepare_value(1550) == "15.50"
    with pytest.raises(Exception, match="15"):
        field.clean("quinze")


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (0, [5, 5], [0, 0]),
        (3000, [2000, 1000], [2000, 1000]),
        (7, [0, 0], [7, 0]),
    ],
)
def test_sum_is_split_to_the_coin(amount, weights, parts):
    assert split_proportionally(amount, weights) == parts


# -- Forms of editors ----------------------------------------------------------------------------------------
def place(name: str, *args) -> str:
    return reverse(FeeScheduleEntry.snippet_viewset.get_url_name(name), args=args)


def typed(*prices: dict, **changed) -> dict:
    """Return the form data of an entry as the browser posts it."""
    fields = {
        "name": "Macaron",
        "key": "macaron",
        "unit": "par an",
        "regulation": "art. 12",
        "account": "4310.00",
        "cost_centre": "1400",
    }
    prices = prices or ({"valid_from": "2026-01-01", "amount": "240", "vat": ""},)
    return nested_form_data(fields | changed | {"prices": inline_formset(list(prices))})


def held(key: str = "macaron") -> list[tuple]:
    rows = FeePrice.objects.filter(entry__key=key).order_by("valid_from")
    return [(one.valid_from.isoformat(), one.amount, one.vat) for one in rows]


@pytest.fixture
def editor(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def test_editor_adds_an_entry_with_dated_prices(editor):
    now = {"valid_from": "2026-01-01", "amount": "240", "vat": ""}
    later = {"valid_from": "2027-01-01", "amount": "250,50", "vat": "8.1"}
    assert editor.post(place("add"), typed(now, later)).status_code == 302
    assert held() == [("2026-01-01", 24000, ""), ("2027-01-01", 25050, "8.1")]
    form = definition(step("un", question("n", "integer")), fees=[{"key": "m", "entry": "macaron"}])
    [before], [after] = (itemize_fees(form, {}, "fr", date(year, 1, 1)) for year in (2026, 2027))
    assert (before["total"], before.get("vat"), before.get("vat_amount", 0)) == (24000, "", 0)
    assert (after["total"], after["vat"], after["vat_amount"]) == (25050, "8.1", 1877)


def test_future_price_is_added_beside_the_current_one(editor):
    made = entry("macaron", 24000)
    first = FeePrice.objects.get()
    was = {"id": first.pk, "valid_from": "2020-01-01", "amount": "240.00", "vat": ""}
    prices = inline_formset([was, {"valid_from": "2030-01-01", "amount": "260", "vat": ""}], initial=1)
    data = typed() | nested_form_data({"prices": prices})
    assert editor.post(place("edit", made.pk), data).status_code == 302
    assert held() == [("2020-01-01", 24000, ""), ("2030-01-01", 26000, "")]
    assert "CHF\N{NO-BREAK SPACE}240.–" in editor.get(place("list")).content.decode()


PRICE = {"valid_from": "2026-01-01", "amount": "240", "vat": ""}


@pytest.mark.parametrize(
    ("prices", "changed", "said"),
    [
        ([PRICE | {"vat": "8,1 %"}], {}, "Écrivez le taux"),
        ([PRICE | {"vat": "0"}], {}, "Laissez vide si l’émolument est hors TVA."),
        ([PRICE | {"amount": "quinze"}], {}, "Tapez un montant"),
        ([PRICE | {"amount": "-5"}], {}, "supérieure ou égale à 0"),
        ([PRICE | {"amount": "10.005"}], {}, "2 chiffres après la virgule"),
        ([PRICE | {"valid_from": ""}], {}, "Champ requis."),
        ([PRICE | {"valid_from": "2026-02-31"}], {}, "Saisissez une date valide."),
        ([PRICE, PRICE | {"amount": "250"}], {}, "Corrigez les données en double"),
        ([PRICE | {"DELETE": "on"}], {}, "au moins 1"),
        ([PRICE], {"account": "compte d’en face"}, "Chiffres, lettres, points et tirets."),
        ([PRICE], {"key": "deux mots"}, "lettres, des nombres"),
        ([PRICE], {"key": "attestation"}, "existe déjà"),
    ],
)
def test_invalid_entry_is_refused_with_an_error(editor, prices, changed, said):
    entry("attestation", 1500)
    answer = editor.post(place("add"), typed(*prices, **changed))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert FeeScheduleEntry.objects.count() == FeePrice.objects.count() == 1
    assert editor.post(place("add"), typed()).status_code == 302


def test_key_of_a_used_entry_cannot_change(editor):
    made = entry("attestation", 1500)
    FormVersionFactory(content=certificate(fees=FEES))
    answer = editor.post(place("edit", made.pk), typed(key="autre"))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["key"]
    assert FeeScheduleEntry.objects.get().key == "attestation"


def test_only_editors_of_the_fee_schedule_can_add_entries(client):
    client.force_login(UserFactory(is_staff=True))
    assert client.post(place("add"), typed()).status_code in (302, 403)
    assert not FeeScheduleEntry.objects.exists()
