"""Associations and companies of the commune: listed, kept true by who answers for them."""
