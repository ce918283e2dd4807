"""Payment at the counter, in cash or by card, with one till per agent."""
