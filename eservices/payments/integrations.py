"""Registrations at extension points: the payment providers.

A file ``integrations.py`` of any app adds connections to other systems: see ``home.extensions.integrations``.
"""

from .contrib.counter.provider import CounterProvider
from .contrib.demo.provider import DemoProvider
from .contrib.qrbill.provider import QRBillProvider
from .contrib.stripe.provider import StripeCard, StripeTwint
from .provider_transport import register_provider

for kind in (DemoProvider, StripeTwint, StripeCard, QRBillProvider, CounterProvider):
    register_provider(kind)
