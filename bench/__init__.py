"""Benchmarks: each prints one JSON object with ratios against a bare limit or a peer measured in the same run."""
