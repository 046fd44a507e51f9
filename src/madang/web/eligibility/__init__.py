"""Where a wallet gets a token of an offer: it shows what the offer asks for, and has a token signed that nobody sees.

`office` holds the authorities of this server, `exchange` the two addresses that wallets know, `serving` what runs as
long as they are served: once in a while an authority says on the ledger how many tokens it has signed.
"""
