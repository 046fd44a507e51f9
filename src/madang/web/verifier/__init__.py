"""Where wallets fetch what an institution asks, and send what their holders show: OpenID4VP 1.0 over HTTP.

`exchange` has the two addresses that wallets know; `verifiers` holds the institutions that ask at this server. Pages
that ask for credentials stand in the areas of those who need them.
"""
