"""No models: without this module an app gets no `post_migrate` (`receivers.py`)."""
