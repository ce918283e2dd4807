"""Form definitions for tests."""

from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.models import ReferenceRow, ReferenceTable
from home.caching import site_version


def question(key: str = "nom", type: str = "short_text", **more) -> dict:
    """Return the JSON of a question."""
    return {"key": key, "type": type, **more}


def step(key: str, *questions: dict, **more) -> dict:
    return {"key": key, "fields": list(questions), **more}


def content(*steps: dict, texts: dict | None = None, **more) -> dict:
    """Return a whole definition. The keys are the labels if no texts are given."""
    steps = steps or (step("qui", question(required=True)),)
    made = {"title": "Demande"}
    for one in steps:
        made[f"step.{one['key']}.title"] = one["key"]
        for check in one.get("checks", []):
            made[f"check.{check['key']}"] = f"{check['key']} ne va pas."
        for field in one["fields"]:
            _texts(field, made)
    for fee in more.get("fees", []):
        made[f"fee.{fee['key']}"] = fee["key"]
    return {
        "format": 1,
        "language": "fr",
        "slug": "demande",
        "settings": {"team": "habitants", "days": 3, "applicant": {}},
        "steps": list(steps),
        "fees": [],
        "stages": [],
        "texts": {"fr": made | (texts or {})},
    } | more


def definition(*steps: dict, **more) -> FormDefinition:
    return FormDefinition(content(*steps, **more))


def _texts(field: dict, made: dict) -> None:
    made[f"field.{field['key']}.label"] = field["key"]
    for option in field.get("options", []):
        made[f"option.{field['key']}.{option['value']}"] = option["value"]
    for one in field.get("fields", []):
        _texts(one, made)


def when(field: str, operator: str = "equals", value="oui") -> dict:
    """Return a simple condition."""
    return {"field": field, "operator": operator, "value": value}


def options(*values: str) -> list[dict]:
    return [{"value": value} for value in values]


def make_table(key: str = "rues", *labels: str, **more) -> ReferenceTable:
    """Create a reference table whose rows have these labels; ``more``: fields of every row."""
    table, _new = ReferenceTable.objects.get_or_create(key=key, defaults={"name": key.capitalize()})
    for order, label in enumerate(labels, table.rows.count()):
        row = ReferenceRow(table=table, label=label, order=order, **more)
        row.full_clean()
        row.save()
    site_version.invalidate_site()
    return table


# One question of every field type of this app.
EVERY_TYPE = [
    question("ligne", "short_text", required=True, settings={"max_length": 20}),
    question("texte", "long_text"),
    question("courriel", "email", required=True),
    question("tel", "phone"),
    question("site", "url"),
    question("nombre", "integer", settings={"min": 1, "max": 9}),
    question("poids", "decimal"),
    question("montant", "money"),
    question("jour", "date", settings={"min": "-1y", "max": "+1y"}),
    question("sejour", "date_range", settings={"min": "today", "longest": 10}),
    question("heure", "time"),
    question("accord", "yes_no"),
    question("un", "choice", options=options("a", "b")),
    question("plusieurs", "choices", options=options("a", "b", "c"), settings={"max": 2}),
    question("pieces", "files", settings={"max_files": 2}),
    question("adresse", "address"),
    question("lieu", "map_point"),
    question("personne", "person", settings={"more": ["salutation", "born", "nationality"]}),
    question("pays", "country"),
    question("avs", "avs"),
    question("niss", "nrn"),
    question("matricule", "matricule"),
    question("societe", "company", settings={"country": "CH"}),
    question("compte", "iban"),
    question("plaque", "plate"),
    question("puce", "microchip"),
    question("consent", "consent"),
    question("note", "static_text", settings={"look": "note"}),
    question("enfants", "group", fields=[question("prenom", required=True), question("ne", "date")]),
    question("total", "computed", settings={"formula": {"operation": "sum", "fields": ["nombre", "poids"]}}),
]
