"""What to hear next: which source is asked, and our own starter list.

What belongs here: choosing among sources. Not here: how one source finds its suggestions (``adapters``).
"""
