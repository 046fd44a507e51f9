"""What all pages share: words, look, sessions, signing in, static files. Each person's pages have a folder beside it.

An **area** (`wallet`, `shop`, `desk`, `console`, `explorer`) is the pages of one sort of person. A page is made on the
server from what the modules' queries give the party that is signed in, with the words of its area in Korean or English.
Nothing is decided here that a rule decides: what changes the ledger is put together, shown and signed in the browser
(`static/ledger.js`) and sent to `POST /transactions` like any other transaction. The server holds nobody's key.

Who is trusted: whoever serves these pages could serve others, and sees which parties sign in together (docs/trust.md).
"""
