"""Webhooks: events of cases, told to other systems by the convention Standard Webhooks."""
