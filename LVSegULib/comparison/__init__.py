"""Ways of pruning compared at the same sizes, on patients that took no part."""
