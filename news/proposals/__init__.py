"""Proposals of visitors for the site, which an editor accepts or refuses."""
