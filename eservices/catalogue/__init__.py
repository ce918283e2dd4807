"""The services the commune offers: pages that compose a form and the stages of its cases."""
