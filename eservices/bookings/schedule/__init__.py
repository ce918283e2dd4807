"""The screens on which staff sees what is booked, moves it, prints it and counts it."""
