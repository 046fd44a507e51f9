"""The demonstration: a synthetic country in small, on a real node with real rules, real regions and real shops.

For people who want to see the platform work, and for benchmarks that need its actors. Every person and key here is
made up from a seed and worth nothing: whoever has this source has the keys.
"""
