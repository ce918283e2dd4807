"""The supplier's bench: the contracts of ``docs/connectors.md`` as clauses, tried at the address of another system."""
