"""Events that come back: on which days, in lists, calendars and letters, and proposed by associations."""
