"""What the returns of a business are made of: its documents of a period, what is due when, and registers.

Reads only. The arithmetic is in `gst.gstr1` and `gst.gstr3b`, which know nothing of a database.
"""
