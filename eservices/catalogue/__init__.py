"""Services of the commune: pages that combine a form with the stages of its cases."""
