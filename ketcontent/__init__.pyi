from .approvals import list_documents as list_documents
from .approvals import sign_off as sign_off
from .approvals import verify as verify
from .approvals import with_signoffs as with_signoffs
from .building import build as build
from .checks import check as check
from .errors import KetcontentError as KetcontentError
from .importing import import_page as import_page
from .importing import read_page as read_page
from .model import read_content as read_content
from .model import write_content as write_content
from .pages import assemble as assemble
from .reports import impact as impact
from .reports import list_sources as list_sources
from .text import redline as redline

__version__: str
