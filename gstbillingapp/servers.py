"""What a web server has to be taught before it can keep the contract."""

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from gstbillingapp.consumers import TOO_LARGE


class DaphneProtocol(WebSocketProtocol):
    """Daphne's, which can also close with 1009 (RFC 6455, section 7.4.1).

    Autobahn lets applications use 1000 and the codes from 3000 on only.
    """

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802 - Daphne's name
        if code == TOO_LARGE:
            self.sendCloseFrame(code=code, isReply=False)
        else:
            super().serverClose(code)


def teach_daphne() -> None:
    """Have Daphne, if it is what serves this process, use the protocol above."""
    WebSocketFactory.protocol = DaphneProtocol
