"""Admin views of payments: on the case page, and the views for bookkeepers."""
