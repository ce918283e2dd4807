"""Campaigns mailed by Mailchimp. Who subscribed to what stays ours, with its proof; Mailchimp is told."""
