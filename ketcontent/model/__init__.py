"""CSV on disk ↔ Content: schema, faults, read, save, merge; the rows of one page."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
