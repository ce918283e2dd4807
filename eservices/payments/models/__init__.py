"""What is due, how it was paid, and where the money is."""

from ..contrib.counter.models import Till
from ..contrib.demo.models import DemoPayment
from ..contrib.qrbill.models import AccountChange, BankEntry, BankFile
from .charges import Basket, Charge
from .journal import Closing, JournalRow, Payout
from .payments import Allocation, Payment, Refund, SetAside
from .schedule import FeeEntry, FeePrice
from .settings import PaymentSettings

__all__ = [
    "AccountChange",
    "Allocation",
    "BankEntry",
    "BankFile",
    "Basket",
    "Charge",
    "Closing",
    "DemoPayment",
    "FeeEntry",
    "FeePrice",
    "JournalRow",
    "Payment",
    "PaymentSettings",
    "Payout",
    "Refund",
    "SetAside",
    "Till",
]
