"""What people send back: filled sheets and certified outages, read, judged and kept as inputs.

Whether a decision counts is the rule `check_decisions`.
"""
