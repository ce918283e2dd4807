"""The newsletter's sign-up field on the home page."""

from home.extensions.home_page import HomeSection, home_sections

from . import consent_wording


@home_sections.register("newsletter")
def signup_section(request, page):
    return HomeSection("newsletter/home_block.html", {"wording": consent_wording.WORDING}, order=60)
