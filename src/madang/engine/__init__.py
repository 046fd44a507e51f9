"""Order and durability: what drives the machine. `embedded` is one process; others come beside it.

An engine decides the order and the block times, makes each block durable in one write, and answers for it. The
machine knows nothing of it, and nobody else commits.
"""
