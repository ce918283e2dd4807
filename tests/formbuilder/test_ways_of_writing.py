"""Answers in the many ways in which people write them, in four languages: each is read, or refused with a reason."""

import time

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from eservices.formbuilder import fields

AMOUNT = """
1234.50 | 1234,50 | 1'234.50 | 1’234.50 | 1 234,50 | 1\u202f234,50 | 1.234,50 | 1,234.50 | CHF 1234.50 | chf1234.50
1234.50 CHF | Fr. 1'234.50 | fr 1234.50 | 1234.50 fr. | 1234 fr. 50 | 1234 francs 50 | 1234.50 Franken | € 1234,50
1234,50 Euro | 1234.50 franchi | sFr. 1234.50 | 1234.50.– | +1234.50 | 1`234.50
"""
WHOLE = "12 | 12.- | 12.– | 12.— | CHF 12.– | 12 fr. | Fr. 12 | 12.00 | 12,0 | €12 | 12 euros | 12 francs | １２ | 012"
PHONE = """
079 123 45 67 | 0791234567 | 079/123.45.67 | 079-123-45-67 | 079–123–45–67 | 079.123.45.67 | (079) 123 45 67
079 1234567 | 79 123 45 67 | 0 79 123 45 67 | 079\u00a0123\u00a045\u00a067 | +41 79 123 45 67 | +41791234567
+41.79.123.45.67 | +41 (0)79 123 45 67 | +41 079 123 45 67 | 0041 79 123 45 67 | 41791234567 | tel. 079 123 45 67
Tél : 079 123 45 67 | tel:+41791234567 | Natel 079 123 45 67 | 079 123 45 67 (privé) | 079 123 45 67 privat
"""
PLATE = """
VD 123456 | VD123456 | vd 123456 | VD-123456 | VD·123456 | VD • 123456 | VD – 123456 | VD/123456 | VD_123456
VD:123456 | VD. 123456 | VD 123 456 | VD 123'456 | VD’123’456 | VD 123.456 | VD 123.456. | V D 123456 | CH VD 123456
CH-VD-123456 | VD no 123456 | VD n° 123456 | VD Nr. 123456 | VD 123456 (moto) | VD 0123456 |  VD  123456
"""
AVS = """
756.9217.0769.85 | 7569217076985 | 756 9217 0769 85 | 756-9217-0769-85 | 756/9217/0769/85 | 756,9217,0769,85
AVS 756.9217.0769.85 | AHV-Nr. 756.9217.0769.85 | n° 756.9217.0769.85 | N. AVS: 756.9217.0769.85
756.9217.076985 | 756·9217·0769·85 | ７５６.9217.0769.85 | 756\u00a09217\u00a00769\u00a085 | (756.9217.0769.85)
"""
IBAN = """
CH93 0076 2011 6238 5295 7 | CH9300762011623852957 | ch93 0076 2011 6238 5295 7 | CH93-0076-2011-6238-5295-7
CH93.0076.2011.6238.5295.7 | CH 93 0076 2011 6238 5295 7 | CH93 00762 011623852957 | IBAN CH93 0076 2011 6238 5295 7
IBAN: CH9300762011623852957 | iban  ch9300762011623852957 | CH93\u00a00076\u00a02011\u00a06238\u00a05295\u00a07
"""
COMPANY = """
CHE-100.155.212 | CHE100155212 | che 100 155 212 | CHE-100-155-212 | CHE–100.155.212 | 100.155.212 | 100155212
CHE-100.155.212 TVA | CHE-100.155.212 MWST | CHE-100.155.212 IVA | UID CHE-100.155.212 | IDE: CHE-100.155.212
IDI CHE-100.155.212 | UID: 100.155.212 | TVA CHE-100.155.212 TVA
"""
CHIP = """
756098100123456 | 756 0981 0012 3456 | 756 098 100 123 456 | 756.098.100.123.456 | 756-0981-0012-3456
Chip 756098100123456 | 7560 9810 0123 456 | 756 / 098100123456 | no 756098100123456 | 756098100123456.
"""
WEB = """
https://www.example.ch | www.example.ch | www.example.ch\u00a0 | https:/www.example.ch | https//www.example.ch
https:www.example.ch | https:\\\\www.example.ch | <https://www.example.ch> | www. example.ch | https:// www.example.ch
"""
EMAIL = """
lea@example.ch | Lea@Example.CH | mailto:lea@example.ch | <lea@example.ch> | Léa Rochat <lea@example.ch>
"Rochat, Léa" <lea@example.ch> | lea@example.ch. | lea@example.ch, | lea@example.ch; | lea @ example.ch
lea@ example.ch | lea(at)example.ch | lea [at] example.ch | lea (AT) example.ch | lea@example,ch
"""
WRITINGS = [
    (fields.NumberField(places=2), "1234.5", AMOUNT),
    (fields.NumberField(places=2), "12", WHOLE),
    (
        fields.NumberField(),
        "1234567",
        "1234567 | 1'234'567 | 1 234 567 | 1.234.567 | 1,234,567 | 1.234.567,0 | 1,234,567.0",
    ),
    (fields.NumberField(), "-3", "-3 | −3 | - 3 | -3.0 | -3,0"),
    (fields.PhoneField(), "+41791234567", PHONE),
    (
        fields.PhoneField(),
        "+33142685300",
        "+33 1 42 68 53 00 | 0033 1 42 68 53 00 | +33 (0)1 42 68 53 00 | +33.1.42.68.53.00",
    ),
    (fields.PhoneField(), "+390669812345", "+39 06 6981 2345 | 0039 06 69812345 | +39 06/69812345"),
    (fields.PlateField(), "VD 123456", PLATE),
    (fields.PlateField(), "LÖ AB 123", "LÖ AB 123 | lö-ab 123 | LÖ·AB·123"),
    (fields.PlateField(), "AB 123 CD", "AB-123-CD | ab 123 cd | AB – 123 – CD"),
    (fields.AVSField(), "756.9217.0769.85", AVS),
    (
        fields.NRNField(),
        "85.07.30-033.28",
        "85.07.30-033.28 | 85073003328 | 85 07 30 033 28 | 85/07/30-033-28 | NN 85.07.30-033.28",
    ),
    (fields.IBANField(), "CH9300762011623852957", IBAN),
    (fields.CompanyField(), "CHE-100.155.212", COMPANY),
    (
        fields.CompanyField(country="BE"),
        "0403.019.261",
        "0403.019.261 | BE0403019261 | BE 0403.019.261 | 403.019.261 | TVA BE 0403.019.261 | BCE 0403-019-261",
    ),
    (fields.MicrochipField(), "756098100123456", CHIP),
    (fields.URLField(), "https://www.example.ch", WEB),
    (fields.EmailField(), "lea@example.ch", EMAIL),
]


def writings():
    for field, answer, table in WRITINGS:
        for text in filter(str.strip, table.replace("\n", " | ").split(" | ")):
            yield pytest.param(field, text, answer, id=f"{type(field).__name__}-{text}")


@pytest.mark.parametrize(("field", "text", "answer"), list(writings()))
def test_every_way_of_writing_is_one_answer(field, text, answer):
    found = field.clean(text)
    assert found == (type(found)(answer))


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        (fields.NumberField(places=2), "1.234", "At most 2 digits"),  # a thousand, or a little more than one
        (fields.NumberField(), "4'5", "in digits"),
        (fields.NumberField(), "12.34.5", "in digits"),
        (fields.NumberField(), "1.234,567.8", "in digits"),
        (fields.NumberField(), "12 fr. 5", "in digits"),  # five centimes, or fifty
        (fields.NumberField(), "fr.", "in digits"),
        (fields.NumberField(), "12 pièces", "in digits"),
        (fields.NumberField(), "10 - 12", "in digits"),
        (fields.PhoneField(), "079 123 45 6", "cannot be called"),
        (fields.PhoneField(), "117", "cannot be called"),
        (fields.PhoneField(), "079 123 45 67 / 021 316 11 11", "two numbers"),
        (fields.PlateField(), "VD", "letters and digits"),
        (fields.PlateField(), "(123456)", "letters and digits"),
        (fields.PlateField(), "VD 123456 et VD 654321", "letters and digits"),
        (fields.AVSField(), "756.9217.0769.8", "12 digits"),
        (fields.IBANField(), "IBAN", "not a valid IBAN"),
        (fields.CompanyField(), "UID", "not a UID"),
        (fields.MicrochipField(), "75609810012345", "14 digits"),
        (fields.URLField(), "https://", "not a web address"),
        (fields.EmailField(), "lea@example.ch, leo@example.ch", "not an e-mail address"),
        (fields.EmailField(), "lea@example..ch", "not an e-mail address"),
        (fields.EmailField(), "lea rochat@example.ch", "not an e-mail address"),
        (fields.EmailField(), "@", "not an e-mail address"),
    ],
)
def test_what_could_mean_something_else_is_refused(field, text, message):
    with override("en"), pytest.raises(ValidationError) as refusal:
        field.clean(text)
    with override("en"):
        assert message in str(refusal.value)


@pytest.mark.parametrize("unit", [" ", ".", "(at)", "mailto:", "<", "1'", "fr"])
def test_endless_text_is_refused_at_once(unit):
    started = time.process_time()
    for field in (fields.EmailField(), fields.NumberField(), fields.TimeField()):
        with pytest.raises(ValidationError):
            field.clean(f"1{unit * 20_000}x")
    assert time.process_time() - started < 1
