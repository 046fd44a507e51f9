"""The engine of many institutions: CometBFT v0.39 decides the order, this node's machine executes it.

Below a third of Byzantine voting power no two honest nodes ever commit different blocks; with more than two thirds on
line, what was taken is ordered. A node is two processes that live and die together: CometBFT, and ours, which it
calls over a unix socket (ABCI 2.0). Who operates a node sees every transaction in full.
"""
