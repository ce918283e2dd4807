"""The print queue: actions on paper letters, and their PDF."""
