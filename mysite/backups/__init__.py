"""Backups: encrypted, incremental, without a pause, restored every night as a proof.

A backup has the database, the stored files and, encrypted, a manifest with a digest of every table and file.
"""
