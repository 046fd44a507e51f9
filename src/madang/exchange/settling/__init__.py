"""The settlement report (정산보고서) of a programme: what was spent in which city, and whose money it was.

For sponsors and funders, before a programme's end too, and for auditors. It reads every payment of the programme from a
ledger's state, so it is made beside a node and not by one. Trusts that state; `madang verify` shows that it is true.
"""

from madang.exchange.settling.report import Settlement, Spent, settlement_report, settlement_report_sheet

__all__ = ["Settlement", "Spent", "settlement_report", "settlement_report_sheet"]
