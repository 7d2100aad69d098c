"""What an operator's monitoring reads: /metrics on a port of its own, and traces where somebody collects them."""
