"""Records: what an office keeps beside the ledger, in SQL. Nothing here decides anything, and nothing here is believed.

    database      SQLite by default, PostgreSQL in production; its migrations
    following     reads a node's blocks from another process, without being in its way, and checks them
    projection    read models made from committed blocks; lost ones are made again from the first block on
    appealmodel, appeallist   the office's list of appeals
    masterkey, cipher, vault  personal data, encrypted for each person
    notices, ...  what people are told, each once

Trusts the node's store for nothing but being there: entries are held against their leaves, and leaves against the roots
of their blocks. Who can write to the database can show an office a false list, until it is made again; the vault's own
trust is in `vault`.
"""
