"""Channels for news besides the site.

An editor ticks the channels of a page. It is posted once on each, and the posts follow its changes.
"""
