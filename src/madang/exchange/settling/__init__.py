"""The settlement report (정산보고서) of a programme: what was spent in which city, and whose money it was."""

from madang.exchange.settling.report import Settlement, Spent, settlement_report, settlement_report_sheet

__all__ = ["Settlement", "Spent", "settlement_report", "settlement_report_sheet"]
