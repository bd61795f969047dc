"""What each person owed each day, and what the records say of it."""
