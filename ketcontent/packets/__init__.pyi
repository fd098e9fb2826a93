from .by_hand import with_typed as with_typed
from .packet import packet_of as packet_of
from .reading import read_packet as read_packet
from .receiving import received as received
from .word import save_packet as save_packet
from .writing import with_receipt as with_receipt
