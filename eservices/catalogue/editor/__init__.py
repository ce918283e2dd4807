"""Admin views to edit a form: the outline of the whole form, and each step on its own page."""
