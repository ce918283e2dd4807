"""The newsletter on the home page: one field."""

from home.home_blocks import Section, home_blocks

from . import consent


@home_blocks.register("newsletter")
def sign_up(request, page):
    return Section("newsletter/home_block.html", {"wording": consent.WORDING}, order=60)
