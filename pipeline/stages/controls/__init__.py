"""Counts of the month taken another way, and screens, that must tie or be looked at before anything is published."""
