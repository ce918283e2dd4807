"""Participation of residents: page feedback, consultations, surveys, and comments on news."""
