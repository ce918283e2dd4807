"""Schedule: the admin views on which staff see, move, print and count bookings."""
