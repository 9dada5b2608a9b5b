"""The proof. Mirrors the source; nothing in the product may import it."""
