"""Review packets: what a reviewer is asked, in Word or on paper, and what comes back of it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
