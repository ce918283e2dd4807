"""Departures: everything a commune has, in open formats, and its arrival in an empty installation.

A departure moves between databases, hosts and operators; a backup restores one installation as it was.
"""
