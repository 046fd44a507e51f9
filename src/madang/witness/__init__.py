"""A witness of logs: a program of its own that cosigns a log's checkpoints as long as the log only grows.

For whoever wants to keep an operator honest: another institution, a university, a newspaper. It needs no ledger and
sees nothing but sizes, roots and proofs. C2SP tlog-witness v1.0.0, tlog-cosignature v1.0.1 (Ed25519).

    folder       what it keeps on disk, and how durably
    service      one request: look up the log, decide (`madang.log.witness`), store, answer
    application  HTTP around it
    server       serves a folder until it is told to stop

Who is trusted: nobody who asks. It signs only what the log's key signed, only what continues what it signed before,
and never before that is on disk. Its limits: one key of its own, one key a log; it does not look at leaves, so that it
says nothing about what is in them. `sign-subtree`, which is optional, is not offered.
"""
