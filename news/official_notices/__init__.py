"""Official notices (pilier public): displayed for the days that the law sets, and not public afterwards."""
