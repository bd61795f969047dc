"""What people send back: filled sheets and certified outages, read, checked and kept as inputs.

Whether a decision counts is the rule `check_decisions`.
"""
