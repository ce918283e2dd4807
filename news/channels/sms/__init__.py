"""News by SMS: readers, costs, times of sending, and unsubscribing."""
