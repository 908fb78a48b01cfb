"""What a page, a console page and a list of the API cost at a thousand workspaces."""
