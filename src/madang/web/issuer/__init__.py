"""Institutions that issue credentials at this server: OpenID4VCI 1.0 over HTTP, and the pages of those who decide.

protocol    what wallets ask, of any origin; `documents` is what anybody may read: metadata, types, status lists
issuers     the institutions behind it, as long as they are served; `serving` begins and ends them
people      the register of persons over the vault, for institutions that keep theirs here
"""
