"""Transports of channels: one per channel, and one each for text messages and notifications to people."""

from eservices.deliveries.transports import transports

from .delivery import ChannelTransport
from .lookup import LABELS
from .push.actions import CARRIER as NEWS_PUSH
from .push.channel import PushTransport
from .sms.actions import CARRIER as NEWS_SMS
from .sms.channel import NewsSmsTransport

for key, label in LABELS.items():
    transports.register(key)(ChannelTransport(key, label))
transports.register(NEWS_SMS)(NewsSmsTransport())
transports.register(NEWS_PUSH)(PushTransport())
