"""Appearance of the site: the commune's arms and colours, and the visitor's preferences."""
