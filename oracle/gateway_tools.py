"""Prompt tokens of chat requests with tools, as transformers' chat templates render them, for packages/server.

Writes packages/server/src/gateway/goldens/tools.json. Run: python oracle/gateway_tools.py
"""

import json
import random
from pathlib import Path

import transformers
from chat_templates import tiny

OUT = Path(__file__).parent.parent / "packages/server/src/gateway/goldens/tools.json"
ROWS, SEED = 60, 20261129

# In the manner of Qwen's and Hermes' templates: definitions and calls as JSON, results as a user's turn.
TEMPLATE = """{%- if tools %}
{{- '<|im_start|>system\\n' }}
{%- if messages[0].role == 'system' %}{{- messages[0].content[0].text + '\\n\\n' }}{%- endif %}
{{- '# Tools\\n\\n<tools>' }}
{%- for tool in tools %}{{- '\\n' }}{{- tool | tojson }}{%- endfor %}
{{- '\\n</tools><|im_end|>\\n' }}
{%- elif messages[0].role == 'system' %}
{{- '<|im_start|>system\\n' + messages[0].content[0].text + '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
{%- if message.role == 'tool' %}
{{- '<|im_start|>user\\n<tool_response>\\n' + message.content[0].text + '\\n</tool_response><|im_end|>\\n' }}
{%- elif message.role != 'system' %}
{{- '<|im_start|>' + message.role }}
{%- for part in message.content %}{{- '\\n' + part.text }}{%- endfor %}
{%- for call in message.tool_calls or [] %}
{{- '\\n<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' }}{{- call.function.arguments | tojson }}{{- '}\\n</tool_call>' }}
{%- endfor %}
{{- '<|im_end|>\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"""

TEXTS = ["What is moored there?", "naïve café, 你好世界 🙂", "It's <b>12.5 mm</b> & \"more\"\n", "Hello  there"]


def schema(draw: random.Random) -> dict:
    """Parameters with what JSON printers disagree on: numbers, nesting, quotes, letters beyond ASCII, empty objects."""
    kinds = [
        {"type": "string", "description": draw.choice(TEXTS)},
        {"type": "string", "enum": ["celsius", "fahrenheit", "ü"]},
        {"type": "number", "minimum": 0.5, "maximum": 100, "default": draw.choice([1, 2.25, -3])},
        {"type": "array", "items": {"type": "integer"}, "minItems": 1},
        {"type": "object", "properties": {}, "additionalProperties": False},
        {"type": ["string", "null"], "default": None},
    ]
    names = draw.sample(["city", "unit", "limit", "box", "options", "straße"], draw.randint(0, 4))
    properties = {name: draw.choice(kinds) for name in names}
    return {"type": "object", "properties": properties, "required": names[:1]}


def tool(draw: random.Random, name: str) -> dict:
    function = {"name": name, "description": draw.choice(TEXTS), "parameters": schema(draw)}
    if draw.random() < 0.2:
        function["strict"] = True
    return {"type": "function", "function": function}


def call(draw: random.Random, name: str) -> dict:
    arguments = draw.choice([{}, {"city": draw.choice(TEXTS)}, {"box": [1, 2.5, -3], "options": {"a": None, "b": True}}])
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}


def request(draw: random.Random) -> dict:
    names = draw.sample(["get_weather", "zoom", "search"], draw.randint(0, 3))
    messages = [{"role": "system", "content": draw.choice(TEXTS)}] if draw.random() < 0.4 else []
    messages.append({"role": "user", "content": draw.choice(TEXTS)})
    if names and draw.random() < 0.6:
        said = draw.choice([None, draw.choice(TEXTS)])
        messages.append({"role": "assistant", "content": said, "tool_calls": [call(draw, names[0])]})
        messages.append({"role": "tool", "tool_call_id": "call_1", "content": draw.choice(TEXTS)})
    return {"messages": messages, **({"tools": [tool(draw, name) for name in names]} if names else {})}


def as_sent(message: dict) -> dict:
    """Clients send arguments as text."""
    if "tool_calls" not in message:
        return message
    calls = [
        {**each, "function": {**each["function"], "arguments": json.dumps(each["function"]["arguments"], ensure_ascii=False)}}
        for each in message["tool_calls"]
    ]
    return {**message, "tool_calls": calls}


def main() -> None:
    draw = random.Random(SEED)
    tokenizer = tiny()
    rows = []
    for _ in range(ROWS):
        asked = request(draw)
        parts = [
            {**each, "content": [] if each["content"] is None else [{"type": "text", "text": each["content"]}]}
            for each in asked["messages"]
        ]
        prompt = tokenizer.apply_chat_template(
            parts, tools=asked.get("tools"), chat_template=TEMPLATE, tokenize=False, add_generation_prompt=True
        )
        ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
        sent = {**asked, "messages": [as_sent(each) for each in asked["messages"]]}
        rows.append({"request": sent, "prompt": prompt, "tokens": len(ids)})
    document = {"versions": {"transformers": transformers.__version__}, "template": TEMPLATE, "rows": rows}
    OUT.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
    print(len(rows), "requests,", sum(row["tokens"] for row in rows), "tokens")


if __name__ == "__main__":
    main()
