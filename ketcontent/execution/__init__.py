"""Run a notebook in a warm, fresh process and export it; what it read."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
