from .client import Client as Client
from .client import cache_folder as cache_folder
from .looking_up import LookedUp as LookedUp
from .looking_up import look_up as look_up
from .looking_up import noted as noted
from .looking_up import sources_to_ask as sources_to_ask
from .looking_up import taken as taken
from .looking_up import to_text as to_text
