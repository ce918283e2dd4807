"""News by SMS: who reads it, what a message costs, when it may leave, and how it is stopped."""
