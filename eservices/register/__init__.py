"""The interface to the population register: stage, lookups, prefill and limits."""
