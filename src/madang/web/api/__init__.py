"""The HTTP interface for programs: submit, read, follow, and check.

For any HTTP client and any JOSE library. It trusts nobody: bodies are bounded before they are read, and every
answer that is no success is an RFC 9457 problem with a stable code.

    application  puts the parts together
    edge         what every request passes: rate, header limits, security headers, the way to `submit`
    submit       POST /transactions, one or many
    routes       reading transactions, receipts, the log, the chain; reads of modules
    proven       proofs of public records
    events       blocks as server-sent events
    operators    metrics and the node's own status, for its operators alone
    supervisor   ends the server with its node; keeps the journal
    openapi      the description of all this, made from the declarations

Who may read what: blocks, leaves, checkpoints and totals are for everyone. A transaction's outcome and receipt are
for whoever knows its id, 128 random bits that its signer chose: the id is the authority, so keep it. What
concerns a holding needs a request signed by a registered key (`readers`).
"""
