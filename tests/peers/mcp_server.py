"""A server of tools by the Model Context Protocol, for tests.

    mcp_server.py stdio NOTES     reads and writes standard input and output
    mcp_server.py http NOTES      prints its address, and ends with its standard input

It appends notes to the file NOTES. Over HTTP it asks for the key in the environment variable
MCP_KEY, if there is one; over standard input and output, the tool `key` returns it.
"""

import os
import socket
import sys
import threading
import time

try:
    from mcp.server import MCPServer
except ImportError:
    from mcp.server.fastmcp import FastMCP as MCPServer

how, notes = sys.argv[1:3]
server = MCPServer("notes")


@server.tool()
def add_note(text: str, times: int = 1) -> str:
    """Adds a note."""
    with open(notes, "a") as file:
        for _ in range(times):
            print(text, file=file)
    with open(notes) as file:
        return f"That is note number {sum(1 for _ in file)}."


@server.tool()
def weather() -> str:
    """Markdown, as servers write it for language models."""
    return "# Outside\n\nIt is **12 °C** and [raining](https://example.org)."


@server.tool()
def fail() -> str:
    """Reports an error."""
    raise ValueError("no such note")


@server.tool()
def crash() -> str:
    """Ends the server."""
    os._exit(3)


@server.tool()
def hang() -> str:
    """Does not end."""
    time.sleep(600)
    return "late"


@server.tool()
def flood() -> str:
    """Returns more than anyone wants to hear."""
    return "word " * 1_000_000


@server.tool()
def key() -> str:
    """What only this server knows."""
    return os.environ.get("MCP_KEY", "none")


@server.tool()
def environment() -> str:
    """What this process was given."""
    return " ".join(sorted(os.environ)) + " in " + os.getcwd()


class WithKey:
    """Refuses requests without the key."""

    def __init__(self, app, key):
        self.app, self.wanted = app, f"Bearer {key}".encode()

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and dict(scope["headers"]).get(b"authorization") != self.wanted:
            headers = [(b"www-authenticate", b"Bearer")]
            await send({"type": "http.response.start", "status": 401, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, send)


if how == "stdio":
    server.run("stdio")
else:
    import uvicorn

    app = server.streamable_http_app()
    if os.environ.get("MCP_KEY"):
        app = WithKey(app, os.environ["MCP_KEY"])
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/mcp", flush=True)

    def end_with_the_test():
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=end_with_the_test, daemon=True).start()
    uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listener])
