"""The deterministic core: what a transaction is, how it changes state, and how it ends. Imports no other part.

For whoever writes a module or an engine. Trusts nobody: every byte that arrives is read strictly, every signature
is checked, and a rule that fails is stopped. `machine` is the way in.
"""
