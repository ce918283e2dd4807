"""Pictures drawn by our own code: the same bytes every time, no file to keep."""

from .scenes import PORTRAITS, SCENES, portrait, scene

__all__ = ["PORTRAITS", "SCENES", "portrait", "scene"]
