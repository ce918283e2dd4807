"""Site plan, frequently asked questions and the accessibility statement."""

import json
import re
from datetime import date

import pytest
import wagtail_factories
from django.core.cache import cache
from django.core.exceptions import ValidationError
from wagtail.models import PageViewRestriction

from home.models import AccessibilityPage, QuestionsPage, SitePlanPage
from tests.factories import home as make
from tests.factories.news import NewsIndexPageFactory, NewsPageFactory

pytestmark = pytest.mark.django_db


def planted(home, model, **fields):
    return home.add_child(instance=model(locale=home.locale, **fields))


def measured(client, page, django_assert_max_num_queries) -> str:
    client.get(page.url)
    cache.clear()
    with django_assert_max_num_queries(12):
        return client.get(page.url).content.decode()


def test_site_plan_shows_tree_of_public_pages(client, home, django_assert_max_num_queries):
    section = make.SectionPageFactory(parent=home, title="Vivre")
    port = make.ContentPageFactory(parent=section, title="Port")
    make.ContentPageFactory(parent=port, title="Amarrage")
    draft = make.SectionPageFactory(parent=home, title="Ébauche", live=False)
    make.ContentPageFactory(parent=draft, title="Sous une ébauche")
    closed = make.SectionPageFactory(parent=home, title="Interne")
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    news = NewsIndexPageFactory(parent=home)
    article = NewsPageFactory(parent=news)
    plan = planted(home, SitePlanPage, title="Plan du site", slug="plan")
    page = measured(client, plan, django_assert_max_num_queries)
    main = page[page.index("<main") : page.index("</main>")]
    places = [main.index(words) for words in ("Vivre", "Port", "Amarrage", news.title)]
    assert places == sorted(places)
    for hidden in ("bauche", "Interne", article.title):
        assert hidden not in main


def question(words, answer="<p>Oui.</p>"):
    return ("question", {"question": words, "answer": answer})


def test_questions_are_grouped_and_have_anchors(client, home, django_assert_max_num_queries):
    body = [
        question("Avant tout ?"),
        ("heading", "Déchets"),
        question("Où aller ?", "<p>Au <b>quai</b>.</p>"),
    ]
    page = planted(home, QuestionsPage, title="Questions", slug="questions", body=body)
    page.save_revision().publish()
    html = measured(client, page, django_assert_max_num_queries)
    assert len(re.findall(r'<details class="question" id="q-[0-9a-f]{8}">', html)) == 2
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)[1])
    assert data["mainEntity"][1]["acceptedAnswer"]["text"] == "Au quai."


def statement(home, **fields):
    return planted(home, AccessibilityPage, title="Accessibilité", slug="accessibilite", **fields)


def test_accessibility_statement_without_audit_claims_nothing(client, home, django_assert_max_num_queries):
    wagtail_factories.DocumentFactory()
    barrier = {"what": "Les anciens PDF ne sont pas balisés.", "way": "Demandez-les.", "until": "2027"}
    page = statement(home, barriers=[("barrier", barrier)], authority="Bureau fédéral, Berne")
    html = measured(client, page, django_assert_max_num_queries)
    assert "Aucun audit indépendant" in html
    assert "conforme à ces règles" not in html.replace("pas conforme", "")
    for said in ("Les anciens PDF", "Demandez-les", "2027", "Bureau fédéral", "1 fichier"):
        assert said in html


def test_conformity_requires_audit_with_date_and_auditor(client, home):
    with pytest.raises(ValidationError):
        AccessibilityPage(title="A", slug="a", conformity="full").clean()
    page = AccessibilityPage(title="B", slug="b", conformity="partial", audited_on=date(2026, 10, 5))
    with pytest.raises(ValidationError):
        page.clean()
    page.audited_by = "Fondation Accès pour tous"
    page.clean()
    assert page.audited
