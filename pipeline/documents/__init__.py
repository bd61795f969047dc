"""Documents that are generated from what the program itself reads."""
