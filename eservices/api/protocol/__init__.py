"""Requests and answers of the API in HTTP: tags, cursors, repeated requests, problems."""
