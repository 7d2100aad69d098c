"""Mails the operator what they must see to, where nobody watches by /metrics."""
