"""What Crossref, DataCite and PubMed say of the sources: asked politely, compared, noted."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
