"""Newsletter: subscribers, topics and campaigns."""
