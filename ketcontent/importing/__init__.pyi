from .bibliography import parse_sources as parse_sources
from .bibliography import read_sources as read_sources
from .bibliography import take_in as take_in
from .bibliography import write_sources as write_sources
from .plain_text import read_page as read_page
from .rows import import_page as import_page
