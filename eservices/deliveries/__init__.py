"""The outbox: all messages to persons and other systems, with their attempts and results."""
