"""Every change to the library, by verb family."""
