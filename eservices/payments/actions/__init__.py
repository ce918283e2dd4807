"""Every write on what is due, on payments and on refunds. Rows are locked in one order: cases, payment, charges."""
