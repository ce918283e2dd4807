"""Admin screens of imports: start, report, filters, downloads, and who may use them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, Page

from eservices.accounts.models import User
from home.models import ContentPage
from mysite.site_import import jobs
from mysite.site_import.import_steps import STEPS, ImportWork, work_on
from mysite.site_import.models import SiteImport
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.home import SectionPageFactory, second_site

from .old_sites import codes, imported, new_import, tried
from .test_tables_and_feeds import RSS, SITE, TABLE

INDEX, ADD = reverse("site_imports:index"), reverse("site_imports:add")


def address(name: str, site_import: SiteImport, *others) -> str:
    return reverse(f"site_imports:{name}", args=[site_import.pk, *others])


@pytest.fixture
def admin(client, home):
    client.force_login(SuperuserFactory())
    return client


def form(home: Page, **changes) -> dict:
    file = SimpleUploadedFile("site.csv", TABLE.encode())
    return {"source": "table", "address": SITE, "file": file, "parent": home.pk} | changes


def test_administrator_tries_then_imports(admin, home):
    assert admin.get(INDEX).status_code == 200
    assert admin.get(ADD).status_code == 200
    response = admin.post(ADD, form(home, publish="on"))
    found = SiteImport.objects.get()
    assert response.url == address("report", found)
    assert found.state == "reported", found.error
    assert "Le port" in admin.get(response.url).text
    assert not ContentPage.objects.exists()
    assert admin.post(address("start", found)).status_code == 302
    found.refresh_from_db()
    assert found.state == "finished"
    assert ContentPage.objects.filter(live=True).exists()
    page = ContentPage.objects.get(title="Les tarifs")
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in admin.get(address("report", found)).text
    assert admin.post(address("start", found), follow=True).status_code == 200  # refused, and explained
    again = admin.post(address("repeat", found)).url
    assert "reported" in SiteImport.objects.values_list("state", flat=True)
    assert admin.get(again).status_code == 200
    assert admin.get(INDEX).text.count("site.csv") == 0  # the host is its name
    assert admin.post(address("delete", found)).status_code == 302
    assert ContentPage.objects.filter(pk=page.pk).exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"file": ""},
        {"address": ""},
        {"source": "sitemap", "address": "", "file": ""},
        {"source": "sitemap"},
        {"source": "unknown"},
        {"address": "javascript:alert(1)"},
        {"parent": "999999"},
        {"parent": "x"},
        {"source": "wordpress"},
    ],
)
def test_incomplete_form_is_shown_again(admin, home, changes):
    response = admin.post(ADD, form(home, **changes))
    assert response.status_code == 422
    assert not SiteImport.objects.exists()


def test_report_is_filtered_and_downloaded(admin, home, django_assert_max_num_queries):
    found = tried("table", home, content=TABLE.encode(), name="site.csv", address=SITE)
    with django_assert_max_num_queries(40):
        whole = admin.get(address("report", found)).text
    assert "Sans date" in whole
    part = admin.get(address("report", found), {"outcome": "created", "kind": "page"}).text
    assert ("Le port" in part, "Sans date" in part) == (True, False)
    assert "Sans date" in admin.get(address("report", found), {"remarks": "on"}).text
    for params in ({"outcome": "x"}, {"page": "x"}, {"page": "99"}):
        assert admin.get(address("report", found), params).status_code == 200
    lines = b"".join(admin.get(address("export", found, "csv")).streaming_content).decode()
    assert "Le port" in lines
    assert admin.get(address("export", found, "xlsx")).status_code == 200
    assert admin.get(address("export", found, "pdf")).status_code == 404


def test_report_of_a_trial_run_says_what_would_be_done(admin, home):
    content = b"id,kind,title,body\n1,page,Le port,<p>Ouvert.</p>\n2,page,,<p>Sans titre.</p>\n"
    trial = tried("table", home, content=content, name="site.csv", address=SITE)
    said = admin.get(address("report", trial)).text
    assert ("À créer" in said, "Créé" in said) == (True, False)
    assert "Il n’a pas de titre" in said

    done = imported("table", home, content=content, name="site.csv", address="https://andere.example")
    said = admin.get(address("report", done)).text
    assert ("À créer" in said, "Créé" in said) == (False, True)


def test_only_permitted_staff_imports(client, home):
    found = new_import("table", home, content=TABLE.encode(), name="site.csv", address=SITE)
    editor = UserFactory(is_staff=True, roles=["editors", "moderators"])
    client.force_login(editor)
    for url in (INDEX, ADD, address("report", found), address("export", found, "csv")):
        assert client.get(url).status_code == 404
    assert client.post(address("start", found)).status_code == 404
    editor.user_permissions.add(Permission.objects.get(codename="add_siteimport"))
    client.force_login(type(editor).objects.get(pk=editor.pk))
    assert client.get(INDEX).status_code == 200
    assert client.post(ADD, form(home)).status_code == 422  # nobody let them create pages here


def importer_below(page: Page) -> User:
    """Create a user who may import, and create and publish pages below one page only."""
    user, group = UserFactory(is_staff=True), Group.objects.create(name="Import")
    for kind in ("add", "publish"):
        GroupPagePermission.objects.create(group=group, page=page, permission_type=kind)
    group.permissions.add(*Permission.objects.filter(codename__in=["access_admin", "add_siteimport"]))
    user.groups.add(group)
    return user


def test_rights_are_checked_where_articles_go(client, home):
    section = SectionPageFactory(parent=home)
    client.force_login(importer_below(section))
    feed = SimpleUploadedFile("feed.xml", RSS.encode())
    assert client.post(ADD, form(section, source="feed", file=feed)).status_code == 422
    with_article = tried("table", section, content=TABLE.encode(), name="site.csv", address=SITE)
    client.post(address("start", with_article))
    with_article.refresh_from_db()
    assert with_article.state == "reported"
    pages = b"title;address;body\nLe port;/port.html;Texte"
    only_pages = tried("table", section, content=pages, name="site.csv", address=SITE)
    client.post(address("start", only_pages))
    only_pages.refresh_from_db()
    assert only_pages.state == "finished"
    assert ContentPage.objects.get().get_parent().pk == section.pk


def test_page_the_importer_may_not_edit_is_left_out(home):
    pages = "title;address;body\nLe port;/port.html;{}"
    imported("table", home, content=pages.format("Avant").encode(), name="site.csv", address=SITE)
    user = importer_below(SectionPageFactory(parent=home))
    changed = {"content": pages.format("Après").encode(), "name": "site.csv", "address": SITE}
    found = imported("table", home, actor=user, **changed)
    assert codes(found, "Le port") == {"not_permitted"}
    assert "Avant" in str(ContentPage.objects.get().get_latest_revision_as_object().body)


def test_no_page_is_created_where_the_importer_may_not(home):
    section, pages = SectionPageFactory(parent=home), "id;title;address;parent\n1;Le port;/port;\n"
    options = {"name": "site.csv", "address": SITE}
    imported("table", section, content=pages.encode(), **options)
    ContentPage.objects.get().move(home, pos="last-child")
    below = f"{pages}2;Les amarres;/amarres;1\n"
    found = imported("table", section, actor=importer_below(section), content=below.encode(), **options)
    assert codes(found, "Les amarres") == {"not_permitted"}
    assert ContentPage.objects.count() == 1


def test_articles_stay_within_the_site(home):
    other = second_site("corbe.example")
    found = tried("feed", other, content=RSS.encode(), name="feed.xml", address=SITE)
    assert codes(found, "Fermeture & travaux") == {"no_news_index"}


def test_job_continues_and_cleans_up(home):
    found = new_import("table", home, content=TABLE.encode(), name="site.csv", address=SITE)
    jobs.continue_imports(timezone.now())
    found.refresh_from_db()
    assert found.state == "reported"
    jobs.continue_imports(timezone.now() + timedelta(days=91))
    assert not SiteImport.objects.exists()


def test_import_that_dies_again_and_again_is_stopped(home, monkeypatch):
    def dies(_work):
        raise KeyboardInterrupt

    monkeypatch.setitem(STEPS, SiteImport.State.LISTING, dies)
    found = new_import("table", home, content=TABLE.encode(), name="site.csv", address=SITE)
    for _attempt in range(3):
        with pytest.raises(KeyboardInterrupt):
            work_on(found, 60)
    assert not work_on(found, 60)
    found.refresh_from_db()
    assert (found.state, bool(found.error)) == ("failed", True)


def test_attempts_with_a_result_are_not_counted(home):
    found = new_import("table", home, content=TABLE.encode(), name="site.csv", address=SITE)
    for _turn in range(3):
        work_on(found, 0)
    found.refresh_from_db()
    assert (found.state, found.attempts) == ("reported", 0)


def test_import_is_held_at_each_object(home, monkeypatch):
    calls = []
    monkeypatch.setattr(ImportWork, "keep_taken", lambda work: calls.append(work.site_import.state))
    found = tried("table", home, content=TABLE.encode(), name="site.csv", address=SITE)
    number = found.items.count()
    assert calls.count("listing") == number
    assert calls.count("planning") > number


def test_worker_stops_if_another_went_on(home, monkeypatch):
    later = timezone.now() + timedelta(minutes=9)

    def overtaken(work):
        same = SiteImport.objects.filter(pk=work.site_import.pk)
        return same.update(state=SiteImport.State.PLANNING, busy_until=later)

    monkeypatch.setitem(STEPS, SiteImport.State.LISTING, overtaken)
    found = new_import("table", home, content=TABLE.encode(), name="site.csv", address=SITE)
    assert not work_on(found, 60)
    found.refresh_from_db()
    assert (found.state, found.busy_until) == ("planning", later)
