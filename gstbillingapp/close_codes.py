"""With which codes sockets are closed, and what floods one.

Imports nothing: servers read it before Django is set up.
"""

# RFC 6455, section 7.4.2, leaves 4000 and up to applications.
NOT_SIGNED_IN = 4401  # browsers do not come back after it
FLOODED = 4429
TOO_LARGE = 1009

FLOOD_SECONDS = 10.0
# Frames of any kind in that time, pings, pongs and parts of messages included. The application closes at 200
# messages, but it never hears of the others, and a server busy with parsing them answers nobody.
FRAMES_CLOSED = 2_000
# Seconds for a peer that is closed for flooding to read why.
FAREWELL_SECONDS = 1.0
