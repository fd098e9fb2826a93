"""Plan → decide → run → publish, the cache behind it, and the watch over saves.

The room is called *building* because `ketcontent.build` is the verb, a function.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
