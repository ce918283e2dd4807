"""Vacancies of the commune, each until its closing date."""
