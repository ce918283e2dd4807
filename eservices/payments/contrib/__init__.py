"""Payment providers of this project, one package each: docs/connectors.md shows how to add one."""
