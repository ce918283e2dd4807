"""How often a code may be asked for: each is an SMS that the commune pays."""

from home import limits
from home.limits import DAY, Rate

PER_NUMBER, PER_NUMBER_A_DAY = Rate("sms-number", 3), Rate("sms-number-day", 6, DAY)
PER_CLIENT = Rate("sms-client", 10)
ALL = Rate("sms-all", 300)  # whoever sends thousands of people's numbers from everywhere ends here


def number_allowed(number: str) -> bool:
    hourly = PER_NUMBER.allows(number)
    return PER_NUMBER_A_DAY.allows(number) and hourly


def asking_allowed(request) -> bool:
    return PER_CLIENT.allows(limits.caller(request)) and ALL.allows()
