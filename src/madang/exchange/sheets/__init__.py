"""CSV that people open in a spreadsheet: payouts, settlement by region, differences.

UTF-8 with a byte order mark, which Korean Excel needs to read Hangul; lines end as RFC 4180 says. A cell that a
spreadsheet would run as a formula gets an apostrophe in front, so that what a bank or a shop wrote stays text.
"""

from madang.exchange.sheets.writing import write_sheet

__all__ = ["write_sheet"]
