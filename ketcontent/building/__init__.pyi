from .builds import build as build
from .plan import EDITIONS as EDITIONS
from .plan import FORMATS as FORMATS
from .plan import NOTEBOOKS as NOTEBOOKS
from .preview import News as News
from .request import Request as Request
from .watching import watch as watch
