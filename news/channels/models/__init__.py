"""Models of channel posts, and of people and devices that asked for messages."""

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
