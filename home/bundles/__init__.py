"""Bundles: pages that are edited as drafts and published together, all or none."""
