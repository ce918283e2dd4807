"""Rate limits of confirmation codes: each is an SMS that the commune pays for."""

from home.web.rate_limits import DAY, RateLimit

PER_NUMBER, PER_NUMBER_A_DAY = RateLimit("sms-number", 3), RateLimit("sms-number-day", 6, DAY)
PER_CLIENT = RateLimit("sms-client", 10)
ALL = RateLimit("sms-all", 300)  # limits an attacker who enters many people's numbers from many addresses


def number_allowed(number: str) -> bool:
    hourly = PER_NUMBER.allows(number)
    return PER_NUMBER_A_DAY.allows(number) and hourly


def asking_allowed(request) -> bool:
    return PER_CLIENT.allows_client(request) and ALL.allows()
