"""The editors' screens of a form: the outline of the whole, one step at a time, and what both are made of."""
