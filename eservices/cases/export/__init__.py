"""The one reader of a case for whatever leaves the desk: archive, records system, own data, PDF and API.

The audience decides what is in it; those who export only lay it out.
"""
