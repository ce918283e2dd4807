"""Appearance: the colours of the commune, the home page layouts, dark mode and large print."""

from io import BytesIO
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail.blocks import Block

from home.appearance import arms_colours, colours
from home.models import CommuneSettings, HomePage
from tests.factories import home as make
from tests.factories import news
from tests.factories.accounts import SuperuserFactory

EDGE, NIGHT_EDGE = "#7d7668", "#8f887a"  # as in the style sheet
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


def refusals(**fields) -> dict:
    try:
        CommuneSettings(**fields).full_clean()
    except ValidationError as refusal:
        return {name: " ".join(messages) for name, messages in refusal.message_dict.items()}
    return {}


@pytest.mark.django_db
class TestColours:
    def test_colour_with_low_contrast_is_refused_with_suggestion(self):
        said = refusals(colour="#f3c64f")["colour"]
        proposed = said[said.rindex("#") :][:7]
        assert "4,5" in said
        assert refusals(colour=proposed) == {}
        assert refusals(colour="#0a5c36", bright_colour="#f3c64f") == {}

    def test_dark_bright_colour_is_refused_with_suggestion(self):
        said = refusals(bright_colour="#12479a")["bright_colour"]
        assert refusals(bright_colour=said[said.rindex("#") :][:7]) == {}

    def test_invalid_colour_is_refused_with_example(self):
        assert "#12479a" in refusals(colour="bleu")["colour"]
        assert refusals(colour="#12345\n")

    def test_colours_are_in_stylesheet_named_by_hash(self, client):
        make.CommuneSettingsFactory(colour="#0a5c36", bright_colour="#ffd27f")
        make.make_site()
        commune = CommuneSettings.current()
        assert commune.styles_url in client.get("/").text
        css = client.get(commune.styles_url).text
        assert "--lac:#0a5c36" in css
        assert "--gold:#ffd27f" in css
        assert commune.styles_url != CommuneSettings(colour="#0a5c36").styles_url

    def test_block_previews_use_commune_colours(self, client):
        make.CommuneSettingsFactory(colour="#0a5c36")
        client.force_login(SuperuserFactory())
        previewed = [block for block in Block.definition_registry.values() if block.is_previewable]
        for block in (previewed[0], previewed[-1]):
            shown = client.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})
            assert f'rel="stylesheet" href="{CommuneSettings.current().styles_url}"' in shown.text

    def test_svg_arms_suggest_readable_colours(self):
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><path fill="#E9B949" d="M0 0"/><path fill="#fff"/></svg>'
        commune = CommuneSettings(arms=SimpleUploadedFile("armes.svg", drawing))
        assert arms_colours.suggest_colours(commune.arms) == [
            {"own": "#e9b949", "strong": colours.darken_until_readable("#e9b949"), "bright": "#e9b949"}
        ]

    def test_raster_arms_suggest_colours(self):
        picture, file = Image.new("RGBA", (60, 70), (0, 0, 0, 0)), BytesIO()
        picture.paste((180, 20, 30, 255), (10, 10, 50, 60))
        picture.save(file, "PNG")
        commune = CommuneSettings(arms=SimpleUploadedFile("armes.png", file.getvalue()))
        assert [one["own"] for one in arms_colours.suggest_colours(commune.arms)] == ["#b4141e"]

    @pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\nno", b"\x00" * 100])
    def test_broken_arms_suggest_no_colours(self, content):
        assert (
            arms_colours.suggest_colours(CommuneSettings(arms=SimpleUploadedFile("a.png", content)).arms)
            == []
        )

    def test_settings_show_colours_of_arms(self, admin_client):
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><path fill="#12479a" d="M0 0"/></svg>'
        commune = make.CommuneSettingsFactory(arms=SimpleUploadedFile("armes.svg", drawing))
        page = admin_client.get(f"/admin/settings/home/communesettings/{commune.pk}/")
        assert "<code>#12479a</code>" in page.text


def test_colours_derived_from_accepted_ones_are_readable():
    every = ["#{:02x}{:02x}{:02x}".format(*parts) for parts in product((0, 64, 128, 191, 255), repeat=3)]
    for one, other in zip(every, reversed(every), strict=True):
        strong, bright = colours.darken_until_readable(one), colours.lighten_until_bright(other)
        night = colours.lighten_for_dark_mode(strong)
        for text, ground in [
            *((strong, light) for light in (colours.PAPER, colours.SAND, colours.WHITE)),
            *((night, dark) for dark in (colours.NIGHT, colours.NIGHT_SAND)),
            (colours.WHITE, strong),
            (colours.NIGHT, night),
            (colours.INK, bright),
        ]:
            assert colours.contrast_ratio(text, ground) >= 4.5, (one, other, text, ground)
        css = colours.colour_stylesheet(strong, bright)
        day, night_tint = css.split("--gold-tint:")[1][:7], css.split("--gold-tint:")[2][:7]
        assert colours.contrast_ratio(strong, day) >= 4.5, (one, other)
        assert colours.contrast_ratio(night, night_tint) >= 4.5, (one, other)
        for edge, ground in [  # borders of fields and focus outlines, on the backgrounds of the site
            *(
                (EDGE, light)
                for light in (colours.PAPER, colours.SAND, colours.mix_colours(strong, colours.WHITE, 0.9))
            ),
            *((NIGHT_EDGE, dark) for dark in (colours.NIGHT, css.split("--lac-tint:")[2][:7])),
            *((bright, dark) for dark in (colours.NIGHT, colours.NIGHT_SAND)),
        ]:
            assert colours.contrast_ratio(edge, ground) >= 3, (one, other, edge, ground)


@pytest.mark.django_db
class TestTheReadersOwnLook:
    @pytest.fixture(autouse=True)
    def site(self):
        make.CommuneSettingsFactory()
        self.home = make.make_site()

    def press(self, client, headers=FROM_HERE, **pressed):
        return client.post("/affichage/", {"here": "/"} | pressed, headers=headers)

    def test_look_chosen_by_reader_applies_to_all_pages(self, client):
        assert '<html lang="fr">' in client.get("/").text
        response = self.press(client, scheme="dark", here="/recherche/?q=port")
        assert response.headers["Location"] == "/recherche/?q=port"
        self.press(client, size="large")
        for address in ("/", "/recherche/?q=port", "/n-existe-pas/"):
            assert '<html lang="fr" class="dark large">' in client.get(address).text
        self.press(client, scheme="auto")
        assert '<html lang="fr" class="large">' in client.get("/").text
        self.press(client, size="normal")
        assert '<html lang="fr">' in client.get("/").text
        assert not client.cookies["look"].value

    def test_look_cookie_contains_no_personal_data(self, client):
        self.press(client, scheme="dark")
        assert client.cookies["look"].value == "dark"
        assert list(client.cookies) == ["look"]

    @pytest.mark.parametrize(
        "value", ["<b>", "dark-light-large-x", "x" * 4000, 'large"onload=1', "", "-----"]
    )
    def test_look_cookie_ignores_unknown_words(self, client, value):
        client.cookies["look"] = value
        page = client.get("/").text
        assert any(f'<html lang="fr"{words}>' in page for words in ("", ' class="light large"'))

    def test_unknown_look_changes_nothing(self, client):
        self.press(client, scheme="dark")
        self.press(client, scheme="pink\x00")
        self.press(client, size="x" * 10_000)
        assert '<html lang="fr">' in client.get("/").text

    def test_look_cannot_be_changed_from_other_site(self, client):
        self.press(client, headers={"Sec-Fetch-Site": "cross-site"}, scheme="dark")
        assert '<html lang="fr">' in client.get("/").text
        assert client.get("/affichage/?scheme=dark").status_code == 405

    @pytest.mark.parametrize(
        "here", ["https://evil.example/", "//evil.example", "javascript:x", "\x00", "", "é" * 9000]
    )
    def test_look_form_does_not_redirect_to_other_site(self, client, here):
        location = self.press(client, here=here)["Location"]
        assert location.startswith("/")
        assert not location.startswith("//")

    def test_page_cache_separates_looks(self, settings):
        settings.PAGE_CACHE = True
        day, night = Client(), Client()
        self.press(night, scheme="dark")
        for _visit in range(2):
            assert '<html lang="fr">' in day.get("/").text
            assert '<html lang="fr" class="dark">' in night.get("/").text
        assert "Cookie" in day.get("/")["Vary"]


@pytest.mark.django_db
@pytest.mark.parametrize("layout", HomePage.Layout.values)
def test_every_home_layout_shows_same_content(client, layout):
    make.CommuneSettingsFactory()
    home = make.make_site(layout=layout)
    index = news.NewsIndexPageFactory(parent=home)
    make.published(news.NewsPageFactory(parent=index, title="Le port gèle"))
    home = HomePage.objects.get(pk=home.pk)
    home.tasks = [("task", {"icon": "move", "title": "Déménager", "text": "", "page": index, "url": ""})]
    make.published(home)
    page = client.get("/").text
    for once in ('id="q"', "Déménager</b>", "Le port gèle</a>", 'class="today"', "panorama"):
        assert page.count(once) == 1, once
    assert page.count("<h1") == 1
    first = page.index("Le port gèle</a>") < page.index("Déménager</b>")
    assert first == (layout == "front")


def test_dark_styles_match_for_device_and_reader_setting():
    from pathlib import Path

    css = (Path(__file__).parents[3] / "mysite/static/css/site.css").read_text()
    by_device, by_reader = (
        css.split(f"{name} {{")[1].split("}")[0] for name in (":root:not(.light)", ":root.dark")
    )
    assert by_device.split() == by_reader.split()


@pytest.mark.django_db
def test_search_result_headings_skip_no_level(client):
    make.CommuneSettingsFactory()
    make.published(make.ContentPageFactory(parent=make.make_site(), title="Le port"))
    page = client.get("/recherche/?q=port").text
    assert page.index("<h1") < page.index('<h2 class="hide">') < page.index("<h3")
