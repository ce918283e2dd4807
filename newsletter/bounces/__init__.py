"""Letters that come back, and readers who call one unwanted: read from a mailbox, or told by a service."""
