"""How often a code may be asked for: each is an SMS that the commune pays."""

from home import limits

HOUR, DAY = 60 * 60, 24 * 60 * 60
PER_NUMBER, PER_NUMBER_A_DAY = 3, 6
PER_CLIENT = 10
ALL = 300  # an hour: whoever sends thousands of people's numbers from everywhere ends here


def number_allowed(number: str) -> bool:
    hourly = limits.count("sms-number", number, HOUR) <= PER_NUMBER
    return limits.count("sms-number-day", number, DAY) <= PER_NUMBER_A_DAY and hourly


def asking_allowed(request) -> bool:
    client = limits.count("sms-client", limits.caller(request), HOUR) <= PER_CLIENT
    return client and limits.count("sms-all", "", HOUR) <= ALL
