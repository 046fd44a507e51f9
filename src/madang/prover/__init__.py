"""The prover of programmes: shows, before a programme is published, that nothing can go wrong with it for ever.

For whom: sponsors and operators who publish a programme, and anyone who checks one that is published. A document's
typed form is translated into formulas over mathematical whole numbers; a solver (z3) answers whether something that
must not happen can. What is asked is in docs/proofs.md; what a run finds is replayed on the compiled contract. Trusts:
the translation (`encoding`, `steps`), the solver, and that records, totals and links are kept as `base/programmes`
keeps them. Limits: no time limit, but a bound on the solver's work that is the same everywhere; what it can't decide
within it is refused. Nothing on the ledger imports this: a proof is made off the ledger and vouched for by those who
publish.

`proving.prove` needs the package `z3-solver` (`pip install 'madang[prover]'`); receipts are read and made without it.
"""
