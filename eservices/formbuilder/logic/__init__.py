"""Conditions, validation rules and fees as pure functions: no database, no request, the time is passed in."""
