"""A bot whose every message is read and written by Pipecat's own serializer for Twilio.

Echoes the caller. `*` interrupts (`clear`), `#` ends the pipeline, upon which the serializer hangs
the call up over HTTP, at the address of the parameter `base`. Prints its port, and then what it understood, a line each.
"""

import asyncio
import json
import sys

from aiohttp import WSMsgType, web
from pipecat.frames.frames import (
    EndFrame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
)
from pipecat.serializers.twilio import TwilioFrameSerializer

(TOKEN,) = sys.argv[1:]
RATE = 8_000


def tell(*words):
    print(*words, flush=True)


def serializer_of(start):
    serializer = TwilioFrameSerializer(
        stream_sid=start["streamSid"],
        call_sid=start["callSid"],
        account_sid=start["accountSid"],
        auth_token=TOKEN,
        base_url=start["customParameters"]["base"],
        params=TwilioFrameSerializer.InputParams(sample_rate=RATE),
    )
    # What `setup` takes from a whole pipeline.
    serializer._sample_rate = RATE
    return serializer


async def answer(serializer, frame):
    if isinstance(frame, InputAudioRawFrame):
        echo = OutputAudioRawFrame(frame.audio, frame.sample_rate, frame.num_channels)
        return await serializer.serialize(echo)
    if isinstance(frame, InputDTMFFrame):
        key = str(frame.button.value)
        tell("key", key)
        if key == "*":
            return await serializer.serialize(InterruptionFrame())
        if key == "#":
            await serializer.serialize(EndFrame())
    return None


async def converse(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    serializer = None
    async for message in socket:
        if message.type != WSMsgType.TEXT:
            break
        event = json.loads(message.data)
        if event["event"] == "start":
            serializer = serializer_of(event["start"])
            tell("start")
        if serializer is None:
            continue
        frame = await serializer.deserialize(message.data)
        written = await answer(serializer, frame)
        if written is not None and not socket.closed:
            await socket.send_str(written)
    tell("end")
    return socket


async def main():
    app = web.Application()
    app.router.add_get("/", converse)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    tell("port", site._server.sockets[0].getsockname()[1])
    await asyncio.Event().wait()


asyncio.run(main())
