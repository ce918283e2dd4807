from django.db import migrations

# The search vector of cases on PostgreSQL, built from the lines of ``search_text``. French without stop words, because
# any of them may be a name. No model has the column, so that SQLite needs none.
VECTOR = r"""
CREATE TEXT SEARCH DICTIONARY commune_french (TEMPLATE = snowball, LANGUAGE = french);
CREATE TEXT SEARCH CONFIGURATION commune (COPY = french);
ALTER TEXT SEARCH CONFIGURATION commune ALTER MAPPING REPLACE french_stem WITH commune_french;
ALTER TABLE eservices_cases_case ADD COLUMN search_vector tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('simple', split_part(search_text, E'\n', 1)), 'A')
    || to_tsvector('commune', split_part(search_text, E'\n', 2))
    || array_to_tsvector(array_remove(string_to_array(split_part(search_text, E'\n', 3), ' '), ''))
) STORED;
CREATE INDEX case_found ON eservices_cases_case USING gin (search_vector);
"""
NO_VECTOR = """
ALTER TABLE eservices_cases_case DROP COLUMN search_vector;
DROP TEXT SEARCH CONFIGURATION commune;
DROP TEXT SEARCH DICTIONARY commune_french;
"""


def on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("eservices_cases", "0001_initial")]

    operations = [migrations.RunPython(on_postgresql(VECTOR), on_postgresql(NO_VECTOR))]
