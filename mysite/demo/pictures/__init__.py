"""Pictures drawn by code: the same bytes in every build, without files to store."""

from .scenes import PORTRAITS, SCENES, draw_portrait, draw_scene

__all__ = ["PORTRAITS", "SCENES", "draw_portrait", "draw_scene"]
