"""Imports from spreadsheets: what an office kept in lists or another platform exported, line by line."""
