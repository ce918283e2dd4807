"""Registrations at extension points: social networks, and transports for channels, SMS and push notifications.

A file ``integrations.py`` of any app adds connections to other systems: see ``home.extensions.integrations``.
"""

from eservices.deliveries.transports import transports

from .delivery import ChannelTransport
from .lookup import channel_labels
from .networks import social_networks
from .networks.facebook import Facebook
from .networks.instagram import Instagram
from .networks.linkedin import LinkedIn
from .networks.mastodon import Mastodon
from .networks.x import X
from .push.actions import CARRIER as NEWS_PUSH
from .push.channel import PushTransport
from .sms.actions import CARRIER as NEWS_SMS
from .sms.channel import NewsSmsTransport

for network in (Mastodon, LinkedIn, Facebook, Instagram, X):
    social_networks.register(network.key)(network)

for key, label in channel_labels().items():
    transports.register(key)(ChannelTransport(key, label))
transports.register(NEWS_SMS)(NewsSmsTransport())
transports.register(NEWS_PUSH)(PushTransport())
