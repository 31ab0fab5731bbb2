"""LiveKit's own client, for benchmarks.

publish URL TOKEN          sends a moving 720p30 picture (simulcast) and a tone until stdin ends; prints "ready"
join URL TOKEN             joins, prints one JSON line {"frameMs", "soundMs"} counted from the call of connect()
"""

import asyncio
import json
import math
import sys
import time

import numpy as np
from livekit import rtc

WIDTH, HEIGHT, FPS, RATE = 1280, 720, 30, 48000


async def pictures(source):
    chroma = np.full(WIDTH * HEIGHT // 2, 128, dtype=np.uint8)
    ramp = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)).astype(np.uint8)
    started, number = time.monotonic(), 0
    while True:
        luma = ramp + np.uint8(number * 2 % 256)
        data = bytearray(np.concatenate([luma.ravel(), chroma]).tobytes())
        source.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.I420, data))
        number += 1
        await asyncio.sleep(max(0.0, started + number / FPS - time.monotonic()))


async def tone(source):
    at = 0
    while True:
        moments = np.arange(at, at + RATE // 100) / RATE
        samples = (np.sin(2 * math.pi * 440 * moments) * 12000).astype(np.int16)
        await source.capture_frame(rtc.AudioFrame(samples.tobytes(), RATE, 1, RATE // 100))
        at += RATE // 100


async def publish(url, token):
    room = rtc.Room()
    await room.connect(url, token, rtc.RoomOptions(single_peer_connection=False))
    camera, microphone = rtc.VideoSource(WIDTH, HEIGHT), rtc.AudioSource(RATE, 1)
    await room.local_participant.publish_track(
        rtc.LocalVideoTrack.create_video_track("camera", camera),
        rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA, simulcast=True),
    )
    await room.local_participant.publish_track(
        rtc.LocalAudioTrack.create_audio_track("microphone", microphone),
        rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE),
    )
    tasks = [asyncio.create_task(pictures(camera)), asyncio.create_task(tone(microphone))]
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for task in tasks:
        task.cancel()
    await room.disconnect()


async def join(url, token):
    room = rtc.Room()
    frame, sound = asyncio.Event(), asyncio.Event()
    at, tasks = {}, []

    async def first(stream, name, event):
        async for _ in stream:
            at[name] = (time.monotonic() - started) * 1000
            event.set()
            break

    @room.on("track_subscribed")
    def subscribed(track, _publication, _participant):
        if track.kind == rtc.TrackKind.KIND_VIDEO:
            tasks.append(asyncio.create_task(first(rtc.VideoStream(track), "frameMs", frame)))
        else:
            tasks.append(asyncio.create_task(first(rtc.AudioStream(track), "soundMs", sound)))

    started = time.monotonic()
    await room.connect(url, token, rtc.RoomOptions(single_peer_connection=False))
    await asyncio.wait_for(asyncio.gather(frame.wait(), sound.wait()), 30)
    print(json.dumps(at), flush=True)
    await room.disconnect()


asyncio.run({"publish": publish, "join": join}[sys.argv[1]](*sys.argv[2:]))
