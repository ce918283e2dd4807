"""Export of the journal to the commune's accounting."""
