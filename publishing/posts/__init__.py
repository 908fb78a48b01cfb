"""Posts before they are sent: what a program may say of them, what platforms would say to them, what is frozen."""
