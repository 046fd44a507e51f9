"""The edge that people and programs meet over HTTP. `api` is for programs; pages stand beside it, a folder a person.

It decides nothing: what it takes it hands to the engine, what it shows it reads from durable state.
"""
