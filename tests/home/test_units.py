"""How the size of a file is said."""

import pytest
from django.template.defaultfilters import filesizeformat
from django.utils import translation


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "1,5 ko"), ("de", "1,5 KB"), ("it", "1,5 kB"), ("en", "1.5 KB")]
)
def test_the_size_of_a_file_is_said_as_people_read_it(language, said):
    with translation.override(language):
        assert filesizeformat(1536).replace("\N{NO-BREAK SPACE}", " ") == said
