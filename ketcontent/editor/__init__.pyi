from .accepting import accepted as accepted
from .deciding import decided as decided
from .launch import require_jupyterlab as require_jupyterlab
from .launch import serve as serve
from .launch import set_out as set_out
from .session import opened as opened
from .workbench import Workbench as Workbench
