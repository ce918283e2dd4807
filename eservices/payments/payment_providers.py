"""Registration of the payment providers of this project."""

from .contrib.counter.provider import CounterProvider
from .contrib.demo.provider import DemoProvider
from .contrib.qrbill.provider import QRBillProvider
from .contrib.stripe.provider import StripeCard, StripeTwint
from .providers import payment_providers

for kind in (DemoProvider, StripeTwint, StripeCard, QRBillProvider, CounterProvider):
    payment_providers.register(kind.key)(kind())
