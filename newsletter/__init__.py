"""Subscribers, topics and campaigns."""
