"""The calendar of posts: reading it, its API, and the address for other calendars."""
