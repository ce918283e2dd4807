import copy

import pytest


@pytest.fixture
def letters(settings, tmp_path):
    """Create the e-mail template ``letters/hello``, which greets ``name``."""
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "hello.subject.txt").write_text("Hello {{ name }}\n")
    (folder / "hello.txt").write_text(
        '{% extends "emails/base.txt" %}{% block body %}Good day {{ name }}, {{ url }}{% endblock %}'
    )
    (folder / "hello.html").write_text(
        '{% extends "emails/base.html" %}{% block heading %}Hello{% endblock %}'
        "{% block body %}<p>Good day {{ name }}</p>{% endblock %}"
    )
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"].append(tmp_path)
    settings.TEMPLATES = templates
    return "letters/hello"
