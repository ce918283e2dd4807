"""Pictures drawn by our own code: the same bytes every time, no file to keep."""

from .scenes import PORTRAITS, SCENES, draw_portrait, draw_scene

__all__ = ["PORTRAITS", "SCENES", "draw_portrait", "draw_scene"]
