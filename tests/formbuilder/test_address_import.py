"""Import of official files of addresses: what they add, rename and close, by trial run, action, command and admin."""

import io
import zipfile
from contextlib import suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from eservices.formbuilder import actions
from eservices.formbuilder.addresses import official_file
from eservices.formbuilder.addresses.official_file import AddressFile
from eservices.formbuilder.models import HouseNumber, ReferenceTable
from home.formats.spreadsheets import SpreadsheetError
from home.models import CommuneSettings
from tests.factories.accounts import AgentFactory, EditorFactory
from tests.factories.addresses import OTHERS, STREETS, make_streets, swiss_file, swiss_line


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def imported(*lines: str, table: ReferenceTable | None = None, **more):
    table = table or ReferenceTable.objects.get_or_create(key="rues", defaults={"name": "Rues"})[0]
    return actions.import_addresses(actor=None, table=table, file=swiss_file(*lines), **more)


# -- The action ----------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_file_creates_streets_and_houses():
    changes = imported(*STREETS)
    assert len(changes.streets_added) == 9
    assert changes.houses_added == 13
    table = ReferenceTable.objects.get(key="rues")
    lake = table.rows.get(label="Rue du Lac")
    assert (lake.value, lake.active) == ("rue-du-lac", True)
    assert lake.extra == {"esid": "1001", "postcode": "1199", "town": "Orvenay"}
    assert list(lake.numbers.filter(active=True).values_list("number", flat=True).order_by("egid")) == [
        *("10", "12", "12a", "12bis", "14")
    ]
    assert not table.rows.get(label="Chemin du Stade").active
    other = table.rows.get(label="Chemin du Coteau")
    assert (other.active, other.extra["commune"], other.numbers.count()) == (False, "Verraz", 0)


@pytest.mark.django_db
def test_second_import_changes_nothing(django_assert_max_num_queries):
    imported(*STREETS)
    with django_assert_max_num_queries(8):
        again = imported(*STREETS)
    assert not again
    assert again.houses_same == 13


@pytest.mark.django_db
def test_trial_run_changes_nothing():
    changes = imported(*STREETS, trial=True)
    assert changes.houses_added == 13
    assert HouseNumber.objects.count() == ReferenceTable.objects.get().rows.count() == 0
    assert changes == imported(*STREETS)


@pytest.mark.django_db
def test_duplicate_lines_count_once():
    twice = swiss_line("Rue du Lac", "12", 1001, 5)
    changes = imported(
        twice, twice, swiss_line("RUE DU LAC", "12", 1001, 5), swiss_line("Rue du Lac", "12 A", 1001, 6)
    )
    assert (changes.houses_added, changes.duplicates, changes.streets_added) == (2, 2, ["Rue du Lac"])


@pytest.mark.django_db
def test_renamed_street_keeps_its_row_and_former_name():
    table = make_streets("rues", swiss_line("Rue des Bains", "1", 1001, 5))
    value = table.rows.get().value
    changes = imported(swiss_line("Rue du Lac", "1", 1001, 5))
    assert changes.streets_renamed == [("Rue des Bains", "Rue du Lac")]
    row = table.rows.get()
    assert (row.value, row.label, row.extra["former"]) == (value, "Rue du Lac", "Rue des Bains")
    imported(swiss_line("Quai du Lac", "1", 1001, 5))
    assert table.rows.get().extra["former"] == "Rue des Bains | Rue du Lac"
    imported(swiss_line("Rue des Bains", "1", 1001, 5))
    assert table.rows.get().extra["former"] == "Rue du Lac | Quai du Lac"


@pytest.mark.django_db
def test_missing_streets_and_houses_are_closed():
    table = make_streets()
    changes = imported(swiss_line("Rue du Lac", "12", 1001, 2001))
    assert changes.houses_closed == 10
    assert len(changes.streets_closed) == 6
    assert list(HouseNumber.objects.filter(active=True).values_list("number", flat=True)) == ["12"]
    assert table.rows.count() == 9
    assert imported(*STREETS).houses_changed == 10


@pytest.mark.django_db
def test_house_added_by_hand_is_not_closed_until_a_file_had_it():
    street = make_streets().rows.get(label="Rue du Lac")
    house = HouseNumber(street=street, number="99", postcode="1199")
    house.clean()
    house.save()
    assert not imported(*STREETS)
    house.refresh_from_db()
    assert house.active
    assert imported(*STREETS, swiss_line("Rue du Lac", "99", 1001, 2999)).houses_changed == 1
    assert imported(*STREETS).houses_closed == 1
    house.refresh_from_db()
    assert not house.active


@pytest.mark.django_db
def test_street_of_a_commune_that_joined_is_ours():
    table = make_streets()
    imported(*STREETS[:-1], swiss_line("Chemin du Coteau", "4", 1009, 2800))
    row = table.rows.get(label="Chemin du Coteau")
    assert (row.active, row.extra.get("commune"), row.numbers.count()) == (True, None, 1)


@pytest.mark.django_db
def test_columns_of_the_commune_stay():
    table = make_streets(columns={"Rue du Lac": {"quartier": "Bourg"}})
    by_hand = table.rows.create(value="sentier", label="Sentier du Bois", extra={"quartier": "Nord"})
    assert not imported(*STREETS)
    assert table.rows.get(label="Rue du Lac").extra["quartier"] == "Bourg"
    by_hand.refresh_from_db()
    assert by_hand.active


@pytest.mark.django_db
def test_street_typed_by_hand_gets_its_number():
    table = ReferenceTable.objects.create(key="rues", name="Rues")
    table.rows.create(value="lac", label="Rue du lac", extra={"quartier": "Bourg"})
    imported(swiss_line("Rue du Lac", "12", 1001, 5))
    row = table.rows.get()
    assert (row.value, row.label, row.extra["esid"], row.extra["quartier"]) == (
        "lac",
        "Rue du Lac",
        "1001",
        "Bourg",
    )


@pytest.mark.django_db
def test_same_name_in_two_villages_makes_two_rows():
    imported(
        swiss_line("Rue du Lac", "1", 1001, 5),
        swiss_line("Rue du Lac", "1", 1002, 6, zip_label="1198 Orvenay-Dessus"),
    )
    assert list(HouseNumber.objects.values_list("street__value", "postcode").order_by("egid")) == [
        ("rue-du-lac", "1199"),
        ("rue-du-lac-2", "1198"),
    ]


@pytest.mark.django_db
def test_hundred_thousand_lines_need_few_queries(django_assert_max_num_queries):
    make_streets("rues", *(swiss_line(f"Rue ancienne {street}", "1", street, street) for street in range(50)))
    lines = [
        swiss_line(
            f"Rue {place // 40}",
            str(place % 40 + 1),
            place // 40,
            place,
            status="outdated" if place >= 80_000 else "real",
        )
        for place in range(99_000)
    ]
    CommuneSettings.current()  # cached from now on
    with django_assert_max_num_queries(4):
        changes = imported(*lines, *lines[:1000], trial=True)
    assert (changes.houses_added, changes.duplicates) == (98_950, 1000)
    assert len(changes.streets_renamed) == 50
    assert len(changes.streets_added) == 2425


BAN = "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;libelle_acheminement;lon;lat"


@pytest.mark.django_db
def test_french_file_is_read():
    lines = [
        BAN,
        "74001_0010_00012;;12;;Rue du Lac;74000;74001;Orvenay;ORVENAY;6.1;46.1",
        "74001_0010_00012_bis;;12;bis;Rue du Lac;74000;74001;Orvenay;ORVENAY;6.1;46.1",
        "74002_0010_00001;;1;;Rue Haute;74000;74002;Ailleurs;AILLEURS;6.1;46.1",
        "74003_0010_00001;;1;;Rue Basse;75001;74003;Loin;LOIN;6.1;46.1",
    ]
    table = ReferenceTable.objects.create(key="rues", name="Rues")
    file = io.BytesIO("\n".join(lines).encode())
    changes = actions.import_addresses(actor=None, table=table, file=file, commune="74001")
    assert changes.others == 1
    assert list(HouseNumber.objects.values_list("number", "postcode", "town").order_by("number")) == [
        ("12", "74000", "ORVENAY"),
        ("12bis", "74000", "ORVENAY"),
    ]
    assert table.rows.get(label="Rue du Lac").extra["town"] == "ORVENAY"
    assert table.rows.get(label="Rue Haute").extra["commune"] == "Ailleurs"


@pytest.mark.django_db
def test_dwellings_of_a_house_are_collected():
    lines = [
        "EGID,EWID,street,number,postcode,town",
        "7,1,Rue du Lac,12,1199,Orvenay",
        "7,2,Rue du Lac,12,1199,Orvenay",
    ]
    table = ReferenceTable.objects.create(key="rues", name="Rues")
    changes = actions.import_addresses(actor=None, table=table, file=io.BytesIO("\n".join(lines).encode()))
    assert (HouseNumber.objects.get().egid, HouseNumber.objects.get().ewids, changes.duplicates) == (
        "7",
        "1 2",
        0,
    )


# -- The file ------------------------------------------------------------------------------------------------
def refusal_of(content: bytes, commune: str = "", guess: str = "Orvenay") -> str:
    with pytest.raises(SpreadsheetError) as refused:
        list(AddressFile(io.BytesIO(content), commune, guess).lines())
    return " ".join(refused.value.reasons)


def test_file_without_addresses_is_refused():
    assert "name a column for the street" in refusal_of(b"a;b\n1;2")
    assert "name a column for the street" in refusal_of(b"")
    assert "has no rows" in refusal_of(b"STN_LABEL;ADR_NUMBER\n")
    assert "UTF-8" in refusal_of("STN_LABEL;COM_NAME\nÉglise;é".encode("cp1252"))
    assert "cannot be read" in refusal_of(b'STN_LABEL\n"' + b"x" * 200_000)


def test_commune_of_the_file_must_be_known():
    both = swiss_file(swiss_line("A", "1", 1, 1), swiss_line("B", "1", 2, 2, commune=OTHERS)).read()
    assert len(list(AddressFile(io.BytesIO(both), "5655").lines())) == 2
    assert [line.commune for line in AddressFile(io.BytesIO(both), "Verraz").lines()] == ["Orvenay", ""]
    assert "Orvenay (5655), Verraz (5649)" in refusal_of(both, guess="Gland")
    assert "2 communes" in refusal_of(both, commune="9999")


def test_faulty_lines_are_left_out_and_listed():
    file = AddressFile(
        swiss_file(
            swiss_line("", "1", 1, 1), swiss_line("R" * 151, "1", 1, 1), swiss_line("Rue A", "1", 1, 1)
        )
    )
    assert [line.street for line in file.lines()] == ["Rue A"]
    assert file.faults == ["Line 2: the street is missing.", "Line 3: a text is too long."]


def test_archive_is_read():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "x")
        archive.writestr("pure_adr.csv", swiss_file(*STREETS).read())
    assert len(list(AddressFile(packed, guess="Orvenay").lines())) == len(STREETS)
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert "no CSV file" in refusal_of(empty.getvalue())


def test_broken_archive_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", swiss_file(*STREETS).read())
    for place in range(0, len(packed.getvalue()), 3):
        broken = bytearray(packed.getvalue())
        broken[place] ^= 0xFF
        with suppress(SpreadsheetError):
            list(AddressFile(io.BytesIO(bytes(broken)), guess="Orvenay").lines())


def test_endless_lines_and_records_are_refused():
    head = "STN_LABEL;COM_FOSNR\n"
    assert "too long" in refusal_of(f"{head}{';' * 200_000}".encode())
    assert "too long" in refusal_of(f"{head}{'";;;"' * 10}{'"\n";' * 100_000}".encode())
    assert "too long" in refusal_of(b"STN_LABEL" + b";" * 200_000)


def test_more_addresses_than_memory_holds_are_refused(monkeypatch):
    monkeypatch.setattr(official_file, "MOST_ADDRESSES", 2)
    assert "at most 2" in refusal_of(swiss_file(*STREETS).read())
    monkeypatch.setattr(official_file, "MOST_COMMUNES", 2)
    lines = [f"{number};Rue" for number in range(9)]
    assert "at most 2" in refusal_of("\n".join(["COM_FOSNR;STN_LABEL", *lines]).encode())


def test_commune_without_a_name_is_not_ours():
    lines = (
        "COM_FOSNR;STN_LABEL;ADR_NUMBER;PLZ\n5655;Rue du Lac;1;1199\n5649;Rue du Lac;2;1199\n1;Rue B;3;1003"
    )
    file = AddressFile(io.BytesIO(lines.encode()), "5655")
    assert [(line.commune, line.number) for line in file.lines()] == [("", "1"), ("5649", "2")]
    assert file.others == 1


@given(st.binary(max_size=300))
def test_any_file_is_read_or_refused(content):
    for start in (b"", b"STN_LABEL;ADR_NUMBER;COM_NAME\n", b"PK\x03\x04"):
        with suppress(SpreadsheetError):
            list(AddressFile(io.BytesIO(start + content), guess="Orvenay").lines())


# -- Command and admin ---------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_command_imports_the_file(tmp_path, capsys):
    path = tmp_path / "adr.csv"
    path.write_bytes(swiss_file(*STREETS).read())
    with pytest.raises(CommandError, match="no table “rues”"):
        call_command("import_addresses", str(path), table="rues")
    ReferenceTable.objects.create(key="rues", name="Rues")
    call_command("import_addresses", str(path), table="rues", trial=True)
    said = capsys.readouterr().out
    assert "New streets: 9 (" in said
    assert "Trial run: nothing was changed." in said
    assert HouseNumber.objects.count() == 0
    call_command("import_addresses", str(path), table="rues")
    assert "New house numbers: 13" in capsys.readouterr().out
    call_command("import_addresses", str(path), table="rues")
    assert "there are no changes" in capsys.readouterr().out
    with pytest.raises(CommandError, match="communes"):
        call_command("import_addresses", str(path), table="rues", commune="1")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_addresses", str(tmp_path / "lost.csv"), table="rues")


@pytest.fixture
def editor(client):
    client.force_login(EditorFactory())
    return client


def upload(content: bytes) -> dict:
    return {"file": SimpleUploadedFile("adr.csv", content), "commune": ""}


@pytest.mark.django_db
def test_admin_shows_the_changes_then_imports(editor):
    table = ReferenceTable.objects.create(key="rues", name="Rues")
    url = reverse("reference_table_addresses", args=[table.pk])
    assert editor.get(url).status_code == 200
    page = editor.post(url, upload(swiss_file(*STREETS).read()))
    context = page.context_data
    assert context["changes"].houses_added == 13
    assert HouseNumber.objects.count() == 0
    confirmed = {"held": context["held"], "shown": context["changes"].digest, "commune": ""}
    done = editor.post(url, confirmed)
    assert done.status_code == 302
    assert HouseNumber.objects.count() == 13
    assert editor.post(url, confirmed, follow=True).status_code == 200  # the file is gone
    assert HouseNumber.objects.count() == 13


@pytest.mark.django_db
def test_admin_refuses_what_was_not_shown(editor):
    table = ReferenceTable.objects.create(key="rues", name="Rues")
    url = reverse("reference_table_addresses", args=[table.pk])
    context = editor.post(url, upload(swiss_file(*STREETS).read())).context_data
    editor.post(url, {"held": "other", "shown": context["changes"].digest})
    editor.post(url, {"held": context["held"], "shown": "other"})
    assert HouseNumber.objects.count() == 0
    wrong = editor.post(url, upload(b"a;b\n1;2"))
    assert wrong.status_code == 422
    assert "STN_LABEL" in wrong.content.decode()
    assert editor.post(url, {}).status_code == 422


@pytest.mark.django_db
def test_agents_do_not_import_addresses(client):
    table = ReferenceTable.objects.create(key="rues", name="Rues")
    client.force_login(AgentFactory())
    assert client.get(reverse("reference_table_addresses", args=[table.pk])).status_code in (302, 403)


@pytest.mark.django_db
def test_house_number_is_added_by_hand(editor):
    row = make_streets().rows.get(label="Rue du Lac")
    url = reverse(HouseNumber.snippet_viewset.get_url_name("add"))
    house = {"street": row.pk, "number": "99 A", "postcode": "1199", "town": "Orvenay", "active": "on"}
    assert editor.post(url, house).status_code == 302
    assert HouseNumber.objects.get(number="99 A").key == "99a"
    assert editor.post(url, house).status_code == 200  # the street has it already
    listed = editor.get(reverse(HouseNumber.snippet_viewset.get_url_name("list")), {"q": "99 A"})
    assert listed.status_code == 200
