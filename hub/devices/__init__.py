"""What belongs to the pendants outside the rules: the broker they meet the hub on, their keys."""
