"""What is urgent: alerts in four levels on every page of the site or of some sections, for a time."""
