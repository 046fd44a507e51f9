"""Public services on the ledger. Services never import one another: what spans two is one transaction of two acts."""
