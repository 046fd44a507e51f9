"""Identity in the demonstration: offices that issue credentials and ask for them, with made-up people in registers.

offices     which institutions there are, their keys, and what the server needs of them
trust       the acts by which the ledger names them, and opens offers of tokens
residents   what their registers know of people who do not exist
portraits   the pictures of those, drawn by code
settling    all of it, once the day is played
"""
