"""Campaigns sent by Mailchimp. Subscriptions and their proofs stay here; Mailchimp gets a copy."""
