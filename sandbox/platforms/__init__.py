"""The imitated platforms, one folder each; `app.py` collects their routes."""
