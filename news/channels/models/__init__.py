"""Posts of pages on channels, and who asked for messages."""

from .posts import ChannelPost, ChannelPostQuerySet, ChannelSettings, MessageCount
from .push import Device, DeviceTopic
from .sms import PhoneConsent, PhoneReader, PhoneTopic

__all__ = [
    "ChannelPost",
    "ChannelPostQuerySet",
    "ChannelSettings",
    "Device",
    "DeviceTopic",
    "MessageCount",
    "PhoneConsent",
    "PhoneReader",
    "PhoneTopic",
]
