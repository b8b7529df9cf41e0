"""Views of delivery's API."""
