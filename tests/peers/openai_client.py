"""A program that uses OpenAI's own client, for tests.

    openai_client.py ADDRESS SCENARIO [ARGUMENT …]

ADDRESS is HOST:PORT. Each scenario prints lines of JSON; the last is its result.
"""

import base64
import json
import sys
import threading
import time
import wave

import openai

address, scenario, *arguments = sys.argv[1:]
client = openai.OpenAI(
    base_url=f"http://{address}/v1",
    websocket_base_url=f"ws://{address}/v1",
    api_key="none",
    max_retries=0,
    timeout=170,
)

WEATHER = {
    "name": "get_weather",
    "description": "Get the weather of a city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
        "required": ["city", "unit"],
    },
}


def show(value):
    print(json.dumps(value), flush=True)


def error(call):
    """What the client makes of a refusal."""
    try:
        call()
    except openai.APIStatusError as refused:
        body = refused.body if isinstance(refused.body, dict) else {}
        return {
            "kind": type(refused).__name__,
            "status": refused.status_code,
            "message": body.get("message"),
            "param": body.get("param"),
            "code": body.get("code"),
        }
    return None


def models():
    names = [model.id for model in client.models.list()]
    show(
        {
            "names": names,
            "one": client.models.retrieve(names[0]).id,
            "none": error(lambda: client.models.retrieve("gpt-99")),
        }
    )


def transcriptions(file):
    """The recording in each form."""

    def heard(**more):
        with open(file, "rb") as opened:
            return client.audio.transcriptions.create(model="whisper-1", file=opened, **more)

    verbose = heard(
        response_format="verbose_json", timestamp_granularities=["word", "segment"]
    )
    deltas, done = [], None
    for event in heard(stream=True):
        if event.type == "transcript.text.delta":
            deltas.append(event.delta)
        else:
            done = event.text
    show(
        {
            "json": heard().text,
            "text": heard(response_format="text"),
            "srt": heard(response_format="srt"),
            "vtt": heard(response_format="vtt"),
            "words": [[word.word, word.start, word.end] for word in verbose.words],
            "segments": [[part.text, part.start, part.end] for part in verbose.segments],
            "language": verbose.language,
            "duration": verbose.duration,
            "streamed": "".join(deltas),
            "done": done,
        }
    )


def refusals(file):
    """What is refused, and how."""

    def translate():
        with open(file, "rb") as opened:
            client.audio.translations.create(model="whisper-1", file=opened)

    def speak(format):
        client.audio.speech.create(
            model="tts-1", voice="alloy", input="Hello.", response_format=format
        )

    show(
        {
            "translation": error(translate),
            "no sound": error(
                lambda: client.audio.transcriptions.create(
                    model="whisper-1", file=("a.wav", b"this is no sound at all")
                )
            ),
            "mp3": error(lambda: speak("mp3")),
            "aac": error(lambda: speak("aac")),
            "no messages": error(
                lambda: client.chat.completions.create(model="any", messages=[])
            ),
        }
    )


def speech(text, folder):
    """The text in each format, in files; and as events."""
    for format in ["wav", "pcm", "flac", "opus"]:
        with client.audio.speech.with_streaming_response.create(
            model="tts-1", voice="alloy", input=text, response_format=format
        ) as response:
            pieces = list(response.iter_bytes())
        with open(f"{folder}/speech.{format}", "wb") as file:
            file.write(b"".join(pieces))
        show({"format": format, "pieces": len(pieces)})
    fast = client.audio.speech.create(
        model="tts-1", voice="alloy", input=text, response_format="pcm", speed=1.5
    )
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input=text, response_format="pcm", stream_format="sse"
    ) as response:
        lines = [line for line in response.iter_lines() if line.startswith("data: ")]
    events = [json.loads(line[6:]) for line in lines]
    sound = b"".join(
        base64.b64decode(event["audio"]) for event in events if event["type"].endswith("delta")
    )
    show({"fast": len(fast.read()), "events": len(sound), "last": events[-1]["type"]})


def chat():
    messages = [
        {"role": "system", "content": "Answer with one word."},
        {"role": "user", "content": "What is the capital of France?"},
    ]
    whole = client.chat.completions.create(
        model="any", messages=messages, temperature=0, max_tokens=20
    )
    chunks = list(
        client.chat.completions.create(
            model="any",
            messages=messages,
            temperature=0,
            max_tokens=20,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    counting = [{"role": "user", "content": "Repeat these words: one two three four five six"}]
    short = client.chat.completions.create(
        model="any", messages=counting, temperature=0, max_tokens=3
    )
    stopped = client.chat.completions.create(
        model="any", messages=counting, temperature=0, max_tokens=60, stop=["four", "4"]
    )
    schema = {
        "type": "json_schema",
        "json_schema": {
            "name": "city",
            "schema": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "known": {"type": "boolean"}},
                "required": ["city", "known"],
            },
        },
    }
    typed = client.chat.completions.create(
        model="any", messages=messages, temperature=0, max_tokens=60, response_format=schema
    )
    show(
        {
            "text": whole.choices[0].message.content,
            "reason": whole.choices[0].finish_reason,
            "usage": whole.usage.total_tokens,
            "streamed": "".join(
                chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices
            ),
            "streamed usage": chunks[-1].usage.total_tokens,
            "short": [short.usage.completion_tokens, short.choices[0].finish_reason],
            "stopped": stopped.choices[0].message.content,
            "typed": json.loads(typed.choices[0].message.content),
        }
    )


def tools():
    """A call that is demanded, and an answer to its result."""
    offered = [{"type": "function", "function": WEATHER}]
    messages = [{"role": "user", "content": "What is the weather in Paris, in celsius?"}]
    called = client.chat.completions.create(
        model="any", messages=messages, tools=offered, tool_choice="required", temperature=0
    )
    call = called.choices[0].message.tool_calls[0]
    messages += [
        called.choices[0].message,
        {"role": "tool", "tool_call_id": call.id, "content": "18 degrees and rain"},
    ]
    answer = client.chat.completions.create(
        model="any", messages=messages, tools=offered, temperature=0, max_tokens=60
    )
    streamed = {}
    for chunk in client.chat.completions.create(
        model="any",
        messages=messages[:1],
        tools=offered,
        tool_choice={"type": "function", "function": {"name": "get_weather"}},
        temperature=0,
        stream=True,
    ):
        for delta in (chunk.choices[0].delta.tool_calls or []) if chunk.choices else []:
            whole = streamed.setdefault(delta.index, ["", ""])
            whole[0] += delta.function.name or ""
            whole[1] += delta.function.arguments or ""
    show(
        {
            "reason": called.choices[0].finish_reason,
            "name": call.function.name,
            "arguments": json.loads(call.function.arguments),
            "answer": answer.choices[0].message.content,
            "streamed": [streamed[0][0], json.loads(streamed[0][1])],
        }
    )


def leave():
    """Leaves in the middle of a long answer."""
    stream = client.chat.completions.create(
        model="any",
        messages=[{"role": "user", "content": "Tell me a very long story about the sea."}],
        max_tokens=1000,
        temperature=1,
        stream=True,
    )
    for _, chunk in zip(range(4), stream):
        pass
    stream.close()
    show({"left": True})


def pcm(file):
    """The sound of a WAV file, which must be 16-bit mono."""
    with wave.open(file) as opened:
        return opened.readframes(opened.getnframes()), opened.getframerate()


class Session:
    """A Realtime session: each event is kept, with when it came."""

    def __init__(self, connection):
        self.connection = connection
        self.events = []
        self.sound = b""

    def next(self):
        event = self.connection.recv()
        self.events.append(event.type)
        if event.type == "response.output_audio.delta":
            self.sound += base64.b64decode(event.delta)
        return event

    def until(self, kind):
        while True:
            event = self.next()
            if event.type == "error":
                show({"error": event.error.message})
                sys.exit(1)
            if event.type == kind:
                return event

    def speak(self, sound, rate, wide=2):
        """Sends sound as fast as it was spoken, from another thread."""

        def send():
            size = rate // 50 * wide
            begun = time.monotonic()
            for n, at in enumerate(range(0, len(sound), size)):
                time.sleep(max(0, begun + n / 50 - time.monotonic()))
                piece = base64.b64encode(sound[at : at + size]).decode()
                try:
                    self.connection.input_audio_buffer.append(audio=piece)
                except Exception:
                    # The session is over.
                    return

        thread = threading.Thread(target=send, daemon=True)
        thread.start()
        return thread

    def result(self, **more):
        show({"events": self.events, "sound": len(self.sound), **more})


def save(file, sound, rate=24000):
    with wave.open(file, "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(rate)
        opened.writeframes(sound)


def realtime(question, answer):
    """A spoken question, whose answer is saved."""
    sound, rate = pcm(question)
    with client.realtime.connect(model="sayso") as connection:
        session = Session(connection)
        session.until("session.created")
        connection.session.update(
            session={
                "type": "realtime",
                "audio": {"input": {"transcription": {"model": "whisper-1"}}},
            }
        )
        session.until("session.updated")
        session.speak(sound + bytes(2 * rate), rate)
        session.until("input_audio_buffer.speech_stopped")
        stopped = time.monotonic()
        said = session.until("conversation.item.input_audio_transcription.completed")
        session.until("response.output_audio.delta")
        first = time.monotonic() - stopped
        done = session.until("response.done").response
        save(answer, session.sound)
        session.result(
            said=said.transcript,
            status=done.status,
            answer=done.output[0].content[0].transcript,
            first=first,
        )


def interruption(question, other):
    """A second question over the answer to the first."""
    sound, rate = pcm(question)
    second, _ = pcm(other)
    with client.realtime.connect(model="any") as connection:
        session = Session(connection)
        session.until("session.created")
        connection.session.update(
            session={
                "type": "realtime",
                "instructions": "Answer every question with a long story of many sentences.",
                "audio": {"input": {"transcription": {"model": "whisper-1"}}},
            }
        )
        session.until("session.updated")
        speaking = session.speak(sound + bytes(2 * rate), rate)
        item = session.until("response.output_item.added").item.id
        session.until("response.output_audio.delta")
        speaking.join()
        begun = time.monotonic()
        session.speak(second + bytes(4 * rate), rate)
        session.until("input_audio_buffer.speech_started")
        heard = int(1000 * (time.monotonic() - begun))
        connection.conversation.item.truncate(item_id=item, content_index=0, audio_end_ms=heard)
        first = session.until("response.done").response
        session.until("response.created")
        connection.conversation.item.retrieve(item_id=item)
        kept = session.until("conversation.item.retrieved").item
        session.result(
            status=first.status,
            reason=first.status_details.reason,
            heard=first.output[0].content[0].transcript,
            kept=kept.content[0].transcript,
        )


def manual(question):
    """A turn that the client ends, in µ-law, answered with text."""
    with open(question, "rb") as file:
        sound = file.read()
    with client.realtime.connect(model="sayso") as connection:
        session = Session(connection)
        session.until("session.created")
        connection.session.update(
            session={
                "type": "realtime",
                "output_modalities": ["text"],
                "audio": {
                    "input": {
                        "format": {"type": "audio/pcmu"},
                        "turn_detection": None,
                        "transcription": {"model": "whisper-1"},
                    }
                },
            }
        )
        session.until("session.updated")
        connection.input_audio_buffer.append(audio=base64.b64encode(sound).decode())
        connection.input_audio_buffer.commit()
        connection.response.create()
        said = session.until("conversation.item.input_audio_transcription.completed")
        done = session.until("response.done").response
        session.result(
            said=said.transcript, status=done.status, text=done.output[0].content[0].text
        )


def functions():
    """A typed request, a call, its result, and the answer to that."""
    with client.realtime.connect(model="any") as connection:
        session = Session(connection)
        session.until("session.created")
        connection.session.update(
            session={
                "type": "realtime",
                "output_modalities": ["text"],
                "instructions": "Be brief.",
                "tools": [{"type": "function", **WEATHER}],
                "tool_choice": "required",
            }
        )
        session.until("session.updated")
        connection.conversation.item.create(
            item={
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "How is the weather in Paris?"}],
            }
        )
        connection.response.create()
        call = session.until("response.function_call_arguments.done")
        session.until("response.done")
        connection.conversation.item.create(
            item={
                "type": "function_call_output",
                "call_id": call.call_id,
                "output": "18 degrees and rain",
            }
        )
        connection.response.create(response={"tool_choice": "none"})
        done = session.until("response.done").response
        session.result(
            name=call.name,
            arguments=json.loads(call.arguments),
            text=done.output[0].content[0].text,
        )


def latency(*files):
    """The time from the end of a question to the first audible sample of its answer.

    Each argument is FILE=MS: a WAV file, and where the speech in it ends. One line each.
    """
    for file in files:
        name, end = file.rsplit("=", 1)
        sound, rate = pcm(name)
        with client.realtime.connect(model="sayso") as connection:
            session = Session(connection)
            session.until("session.created")
            connection.session.update(session={"type": "realtime", "instructions": ""})
            session.until("session.updated")
            # Quiet first, as from any microphone that is on.
            quiet = rate // 2
            begun = time.monotonic()
            session.speak(bytes(2 * quiet) + sound + bytes(8 * rate), rate)
            ended = begun + quiet / rate + int(end) / 1000
            session.until("response.created")
            audible = None
            while audible is None:
                before = len(session.sound)
                session.until("response.output_audio.delta")
                arrived = time.monotonic()
                samples = memoryview(session.sound[before:]).cast("h")
                loud = [n for n, sample in enumerate(samples) if abs(sample) > 330]
                if loud:
                    audible = arrived + loud[0] / 24000
            show({"file": name, "ms": round(1000 * (audible - ended))})


globals()[scenario](*arguments)
