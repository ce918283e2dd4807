"""The Swiss QR-bill, and bank files that report incoming payments."""
