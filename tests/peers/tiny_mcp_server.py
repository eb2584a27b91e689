"""A server of one tool by the Model Context Protocol, without any package: it says what it is told,
and which key it has in KEY."""

import json
import os
import sys

text = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
for line in sys.stdin:
    request = json.loads(line)
    method, params = request.get("method"), request.get("params", {})
    if method == "initialize":
        result = {
            "protocolVersion": params["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "tiny", "version": "1"},
        }
    elif method == "tools/list":
        result = {"tools": [{"name": "echo", "inputSchema": text}]}
    elif method == "tools/call":
        said = f"**{params['arguments']['text']}** with {os.environ.get('KEY', 'no key')}."
        result = {"content": [{"type": "text", "text": said}]}
    else:
        continue
    print(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}), flush=True)
