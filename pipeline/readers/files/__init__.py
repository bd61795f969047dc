"""Files as bytes: copies by content, the child process that reads them, lines of text.

Nothing about columns or log fields.
"""
