"""Shipments: what happens between the shop and the carrier."""
