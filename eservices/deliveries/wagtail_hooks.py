from wagtail import hooks

from .viewsets import board


@hooks.register("register_admin_viewset")
def register_board():
    return board
