"""Pure rules of imports: reading cells, and which column fills which field."""
