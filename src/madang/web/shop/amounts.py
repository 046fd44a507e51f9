"""What one sale may cost."""

MOST = 1_000_000_000
"""Won: what the kind of vouchers bounds a payment by."""
