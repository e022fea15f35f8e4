"""What a web server has to be taught before it can keep the contract."""

from typing import Any

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from gstbillingapp.consumers import TOO_LARGE


class Droppable:
    """Lets the application drop a connection whose peer reads nothing, not even a close.

    ASGI has no word for that. Where uvicorn is the server, what sends belongs to the protocol, which knows
    its transport; the scope carries the transport's own `abort` then, as `drop`.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        await self.application({**scope, "drop": getattr(transport, "abort", None)}, receive, send)


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
