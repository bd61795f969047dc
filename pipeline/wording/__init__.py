"""Indonesian for people: labels of codes, numbers, dates and rupiah, and file names made of them."""
