"""The means of payment that come with the house, a folder each: docs/connectors.md shows how to add one."""
