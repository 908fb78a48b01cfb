"""Every change to webhooks: endpoints by people, events and deliveries by jobs."""
