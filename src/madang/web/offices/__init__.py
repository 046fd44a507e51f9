"""What officers do alike at the desk and in the console: who they act for, acts in words, signing, proposing, keys.

No area: its routes stand in both, and show templates and words of the console, which any area's pages may name. A shop
writes its reasons as offices do.
"""
