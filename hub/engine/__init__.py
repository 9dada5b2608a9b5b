"""The only place where inbox, rules, store and outbox meet. One turn, one transaction."""
