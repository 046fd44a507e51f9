"""Tools for people who develop Madang. Nothing in `src/madang` imports them."""
