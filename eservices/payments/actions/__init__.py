"""All writes on charges, payments and refunds. Rows are locked in one order: cases, payment, charges."""
