"""Conversations for the templates of families.py."""


def turn(role, content, **more):
    return {"role": role, "content": content, **more}


CONVERSATIONS = {
    "question": [turn("user", "What is a cache?")],
    "system": [turn("system", "  Be short. /no_think\n"), turn("user", "What is a cache?")],
    "turns": [
        turn("user", " Hello \n"),
        turn("assistant", "\n\nHi! "),
        turn("user", "Again?"),
        turn("assistant", "<think>\nhm\n</think>\n\nYes."),
        turn("user", "Thanks.\n"),
    ],
    "system and turns": [
        turn("system", "Du bist höflich."),
        turn("user", "Grüße 👩‍🚀 e\u0301\r\n日本語"),
        turn("assistant", "Straße\u00a0"),
        turn("user", "{{ messages }} {% raw %} \\n <|im_end|> \"'"),
    ],
    "empty": [turn("user", "")],
    "answered": [turn("user", "1+1?"), turn("assistant", "2", reasoning_content="\neasy\n")],
    "thought": [turn("user", "1+1?"), turn("assistant", "<think>\nadd\n</think>\n\n2")],
    "two users": [turn("user", "one"), turn("user", "two")],
    "override": [turn("system", "/system_override Only this. /think"), turn("user", "Go")],
    "calls": [
        turn("user", "Weather?"),
        turn("assistant", "", tool_calls=[
            {"type": "function", "function": {"name": "weather", "arguments": {"place": "Zürich", "days": 2}}}]),
        turn("tool", "rain"),
        turn("tool", "<sun & wind>"),
    ],
    "parts": [turn("user", [{"type": "text", "text": " Look: "}, {"type": "image"}, {"type": "text", "text": "?"}])],
}

TOOLS = [{
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a place <now> & later",
        "parameters": {
            "type": "object",
            "properties": {"place": {"type": "string"}, "days": {"type": "integer", "default": 1}, "x": {}},
            "required": ["place"],
            "strict": False,
            "scale": 1.5,
            "none": None,
            "empty": [],
        },
    },
}]
