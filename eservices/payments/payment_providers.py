"""The means of payment that come with the house."""

from .contrib.counter.provider import Counter
from .contrib.demo.provider import DemoProvider
from .contrib.qrbill.provider import QRBill
from .contrib.stripe.provider import StripeCard, StripeTwint
from .providers import providers

for kind in (DemoProvider, StripeTwint, StripeCard, QRBill, Counter):
    providers.register(kind.key)(kind())
