"""Database backends: those of Django, with what the store needs beside."""
