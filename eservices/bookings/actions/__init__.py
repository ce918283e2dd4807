"""Every write that means something to a booking. ``actor``: an agent, an applicant or the system."""

from .handing import hand_over, miss, take_back
from .holding import TooMany, hold, prolong, release, release_all, sweep_holds
from .house import describe, reserve
from .linking import end_link, renew_link
from .living import cancel, confirm, confirm_asked, let_go, move, refuse, remind, send, tell_confirmed
from .locking import NotAllowed, Stale, Taken
from .refitting import InTheWay, refitting, renumber
from .waiting import can_be_had, forget_waiting, join, leave, look_after, offer_now, remove, take_offer

__all__ = [
    "InTheWay",
    "NotAllowed",
    "Stale",
    "Taken",
    "TooMany",
    "can_be_had",
    "cancel",
    "confirm",
    "confirm_asked",
    "describe",
    "end_link",
    "forget_waiting",
    "hand_over",
    "hold",
    "join",
    "leave",
    "let_go",
    "look_after",
    "miss",
    "move",
    "offer_now",
    "prolong",
    "refitting",
    "refuse",
    "release",
    "release_all",
    "remind",
    "remove",
    "renew_link",
    "renumber",
    "reserve",
    "send",
    "sweep_holds",
    "take_back",
    "take_offer",
    "tell_confirmed",
]
