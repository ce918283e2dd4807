"""How posts leave the house: a carrier for each channel, and for each message to somebody."""

from eservices.deliveries.carriers import carriers

from .carrying import ChannelCarrier
from .channels import LABELS
from .push.actions import CARRIER as NEWS_PUSH
from .push.sending import NewsPushCarrier
from .sms.actions import CARRIER as NEWS_SMS
from .sms.sending import NewsSmsCarrier

for key, label in LABELS.items():
    carriers.register(key)(ChannelCarrier(key, label))
carriers.register(NEWS_SMS)(NewsSmsCarrier())
carriers.register(NEWS_PUSH)(NewsPushCarrier())
