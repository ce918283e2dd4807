"""What residents say, by the part of participation it belongs to."""

from .useful.models import Verdict

__all__ = ["Verdict"]
