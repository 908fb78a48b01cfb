"""What every layer must know of a text: where its links are, and how long each platform counts it."""
