"""Publications and inputs looked at again: verification, recomputation, one amount derived, two revisions compared.

Reads only; nothing here changes what was published.
"""
