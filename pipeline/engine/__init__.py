"""What every chapter runs on: stages and their context, the tables of a run, locks, scratch folders, the platform.

Knows no attendance, policy or money; nothing here reads an input or renders a page.
"""
