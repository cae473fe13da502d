"""The Python SDK's client (mcp 2.3) against `onevision mcp` and `/mcp`; prints what it got. Writes nothing.

Run in a virtual environment of its own, after `npm run build`:
python oracle/mcp_client.py            # starts `onevision mcp` itself
python oracle/mcp_client.py URL/mcp    # of a running `onevision serve`
"""

import asyncio
import sys
import time
from pathlib import Path

from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

ROOT = Path(__file__).parent.parent
MODEL = "llava-onevision-qwen2-7b-ov"


async def main() -> None:
    start = time.monotonic()
    if len(sys.argv) > 1:
        transport = sys.argv[1]
    else:
        args = [str(ROOT / "packages/cli/bin/onevision.js"), "mcp", "--root", str(ROOT / "examples/media")]
        transport = stdio_client(StdioServerParameters(command="node", args=args))
    async with Client(transport) as client:
        print(f"connected in {time.monotonic() - start:.1f} s, protocol {client.protocol_version}")
        print("tools:", [tool.name for tool in (await client.list_tools()).tools])
        for name, arguments in [
            ("count", {"model": MODEL, "media": ["1107x820", {"path": "harbour.jpg"}]}),
            ("explain", {"model": MODEL, "media": ["1107x820"]}),
            ("inspect", {"model": MODEL, "media": [{"path": "harbour.jpg"}]}),
            ("count", {"model": MODEL, "media": [{"path": "/etc/passwd"}]}),
        ]:
            result = await client.call_tool(name, arguments)
            print(name, result.is_error, [part.type for part in result.content], getattr(result.content[0], "text", "")[:90])
        print("resources:", [str(each.uri) for each in (await client.list_resources()).resources])
        print("prompts:", [each.name for each in (await client.list_prompts()).prompts])


asyncio.run(main())
