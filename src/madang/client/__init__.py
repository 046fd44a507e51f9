"""What a program needs to take part: keys that sign, and a connection to a node.

For the command line, the demonstration, and anyone who writes a service in Python. Trusts the node for what it answers;
whoever does not checks receipts (`madang.log`).
"""

from madang.client.connection import Client, Problem
from madang.client.keystore import KeyInfo, Keystore
from madang.client.wallet import Wallet, make_payload, sign

__all__ = ["Client", "KeyInfo", "Keystore", "Problem", "Wallet", "make_payload", "sign"]
