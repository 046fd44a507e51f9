"""A holder's wallet as a program: for the command line, tests and benchmarks. People's wallet is in the browser
(`web.wallet`), and does the same.
"""
