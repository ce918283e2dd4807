import copy

import pytest


@pytest.fixture
def letters(settings, tmp_path):
    """Create the e-mail template ``letters/hello``, which greets ``name``."""
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "hello.md").write_text(
        "Subject: Hello {{ name }}\nHeading: Hello\n\nGood day {{ name }}\n\n**[Open]({{ url }})**\n"
    )
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"].append(tmp_path)
    settings.TEMPLATES = templates
    return "letters/hello"
