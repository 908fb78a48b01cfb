"""A service goes away for a minute while people work: nothing is lost or done twice, everything goes on by itself."""
