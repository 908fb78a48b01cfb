"""Many posts at once in the API."""
