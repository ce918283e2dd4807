"""The Swiss QR-bill, and the files in which the bank tells what arrived."""
