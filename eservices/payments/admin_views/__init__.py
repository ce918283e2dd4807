"""What staff sees of money: on the screen of a case, and on screens of its own."""
