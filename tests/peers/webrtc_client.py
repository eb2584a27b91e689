"""A program that talks over WebRTC by aiortc, for tests.

    webrtc_client.py ADDRESS SCENARIO [ARGUMENT …]

ADDRESS is HOST:PORT. Each scenario prints lines of JSON; the last is its result.
"""

import asyncio
import fractions
import json
import sys
import time
import urllib.error
import urllib.request
import wave

import av
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

address, scenario, *arguments = sys.argv[1:]
PATIENCE = 120


def show(value):
    print(json.dumps(value), flush=True)


def pcm(path):
    with wave.open(path) as file:
        return file.readframes(file.getnframes()), file.getframerate()


class Microphone(MediaStreamTrack):
    """Silence, and what is said, in real time."""

    kind = "audio"

    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.sound = b""
        self.place = 0
        self.begun = None

    def speak(self, sound):
        self.sound += sound

    async def recv(self):
        samples = self.rate // 50
        self.begun = self.begun or time.monotonic()
        await asyncio.sleep(max(0, self.begun + self.place / self.rate - time.monotonic()))
        block, self.sound = self.sound[: 2 * samples], self.sound[2 * samples :]
        frame = av.AudioFrame(format="s16", layout="mono", samples=samples)
        frame.planes[0].update(block + bytes(2 * samples - len(block)))
        frame.pts, frame.sample_rate = self.place, self.rate
        frame.time_base = fractions.Fraction(1, self.rate)
        self.place += samples
        return frame


class Call:
    """A call, its events, and what was heard."""

    def __init__(self, rate):
        self.microphone = Microphone(rate)
        self.connection = RTCPeerConnection()
        self.connection.addTrack(self.microphone)
        self.channel = self.connection.createDataChannel("oai-events")
        self.events = []
        self.read = 0
        self.news = asyncio.Event()
        self.heard = b""
        self.sounded = 0.0
        self.location = None
        self.channel.on("message", self.take)
        self.connection.on("track", lambda track: asyncio.ensure_future(self.listen(track)))

    def take(self, message):
        self.events.append(json.loads(message))
        self.news.set()

    async def listen(self, track):
        resampler = av.AudioResampler(format="s16", layout="mono", rate=24_000)
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            for part in resampler.resample(frame):
                sound = bytes(part.planes[0])[: 2 * part.samples]
                self.heard += sound
                if max(sound[1::2], default=0) not in (0, 255):
                    self.sounded = time.monotonic()

    async def begin(self, session=None):
        await self.connection.setLocalDescription(await self.connection.createOffer())
        offer = self.connection.localDescription.sdp
        status, headers, answer = await asyncio.to_thread(post, offer, session)
        assert status == 201, answer
        self.location = headers["location"]
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        return await self.until("session.created")

    def send(self, kind, **fields):
        self.channel.send(json.dumps({"type": kind, **fields}))

    async def until(self, kind):
        deadline = time.monotonic() + PATIENCE
        while True:
            while self.read < len(self.events):
                event = self.events[self.read]
                self.read += 1
                if event["type"] == kind:
                    return event
            self.news.clear()
            try:
                await asyncio.wait_for(self.news.wait(), deadline - time.monotonic())
            except asyncio.TimeoutError:
                kinds = [event["type"] for event in self.events]
                raise AssertionError(f"no {kind} after {kinds}") from None

    async def end(self, **result):
        kinds = [event["type"] for event in self.events]
        await self.connection.close()
        show({"events": kinds, "location": self.location, **result})


def post(offer, session=None, kind="application/sdp"):
    """Sends an offer; with a session, as a form."""
    body = offer.encode()
    if session is not None:
        line = "------------------------sayso"
        parts = {"sdp": offer, "session": json.dumps(session)}
        body = "".join(
            f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in parts.items()
        ).encode() + f"--{line}--\r\n".encode()
        kind = f"multipart/form-data; boundary={line}"
    place = f"http://{address}/v1/realtime/calls"
    request = urllib.request.Request(place, data=body, headers={"content-type": kind})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read().decode()


def transcription(**audio):
    return {"type": "realtime", "audio": {"input": {"transcription": {"model": "whisper-1"}, **audio}}}


async def question(recording, output):
    """A spoken question and its answer."""
    sound, rate = pcm(recording)
    call = Call(rate)
    await call.begin()
    call.send("session.update", session=transcription())
    await call.until("session.updated")
    call.microphone.speak(sound)
    said = await call.until("conversation.item.input_audio_transcription.completed")
    done = (await call.until("response.done"))["response"]
    await call.until("output_audio_buffer.stopped")
    await asyncio.sleep(0.3)
    with wave.open(output, "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes(call.heard)
    await call.end(
        said=said["transcript"],
        status=done["status"],
        answer=done["output"][0]["content"][0]["transcript"],
    )


async def interruption(recording, other):
    """A second question over the answer to the first."""
    sound, rate = pcm(recording)
    second, _ = pcm(other)
    call = Call(rate)
    story = "Answer every question with a long story of many sentences."
    await call.begin({**transcription(), "instructions": story})
    call.microphone.speak(sound)
    item = (await call.until("response.output_item.added"))["item"]["id"]
    await call.until("output_audio_buffer.started")
    await asyncio.sleep(1)
    call.microphone.speak(second)
    await call.until("input_audio_buffer.speech_started")
    first = (await call.until("response.done"))["response"]
    silenced = time.monotonic()
    await call.until("output_audio_buffer.cleared")
    await call.until("response.created")
    sounded = call.sounded
    call.send("conversation.item.retrieve", item_id=item)
    kept = (await call.until("conversation.item.retrieved"))["item"]
    await call.end(
        status=first["status"],
        reason=first["status_details"]["reason"],
        heard=first["output"][0]["content"][0]["transcript"],
        kept=kept["content"][0]["transcript"],
        silent_s=max(0.0, sounded - silenced),
    )


async def manual(recording):
    """A turn that the client ends, answered with text."""
    sound, rate = pcm(recording)
    call = Call(rate)
    await call.begin({**transcription(turn_detection=None), "output_modalities": ["text"]})
    call.send("input_audio_buffer.clear")
    await call.until("input_audio_buffer.cleared")
    call.microphone.speak(sound)
    await asyncio.sleep(len(sound) / 2 / rate + 1)
    call.send("input_audio_buffer.commit")
    call.send("response.create")
    said = await call.until("conversation.item.input_audio_transcription.completed")
    answer = await call.until("response.output_text.done")
    await call.until("response.done")
    await call.end(said=said["transcript"], answer=answer["text"])


async def refusals():
    """Offers that cannot be accepted."""

    def refused(*offer, **more):
        status, _, body = post(*offer, **more)
        return {"status": status, "message": json.loads(body)["error"]["message"]}

    silent = RTCPeerConnection()
    silent.createDataChannel("oai-events")
    await silent.setLocalDescription(await silent.createOffer())
    call = Call(24_000)
    await call.connection.setLocalDescription(await call.connection.createOffer())
    offer = call.connection.localDescription.sdp
    result = {
        "empty": refused("nothing"),
        "silent": refused(silent.localDescription.sdp),
        "kind": refused(offer, kind="text/plain"),
        "session": refused(offer, session={"output_modalities": ["smell"]}),
    }
    await silent.close()
    await call.connection.close()
    show(result)


asyncio.run(
    {"question": question, "interruption": interruption, "manual": manual, "refusals": refusals}[
        scenario
    ](*arguments)
)
