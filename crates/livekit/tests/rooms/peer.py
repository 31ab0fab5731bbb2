"""LiveKit's own client in a room: sends a picture and a tone, counts what comes from one other person.

Arguments: url, token, identity of the other. One JSON line per count on stdout; ends when stdin does.
"""

import asyncio
import json
import math
import sys

import numpy as np
from livekit import rtc

WIDTH, HEIGHT, LUMA, HZ = 320, 180, 90, 660
counts = {"frames": 0, "luma": 0.0, "blocks": 0, "hz": 0.0}


async def pictures(source):
    number = 0
    while True:
        data = np.full(WIDTH * HEIGHT * 3 // 2, 128, dtype=np.uint8)
        data[: WIDTH * HEIGHT] = LUMA
        row = number % HEIGHT
        data[row * WIDTH : (row + 1) * WIDTH] = 255 - LUMA
        source.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.I420, bytearray(data.tobytes())))
        number += 1
        await asyncio.sleep(0.05)


async def tone(source):
    at = 0
    while True:
        time = np.arange(at, at + 480) / 48000
        samples = (np.sin(2 * math.pi * HZ * time) * 12000).astype(np.int16)
        await source.capture_frame(rtc.AudioFrame(samples.tobytes(), 48000, 1, 480))
        at += 480


async def see(track):
    async for event in rtc.VideoStream(track, format=rtc.VideoBufferType.I420):
        frame = event.frame
        counts["frames"] += 1
        counts["luma"] = float(np.frombuffer(frame.data, dtype=np.uint8)[: frame.width * frame.height].mean())


async def hear(track):
    recent = np.zeros(0, dtype=np.int16)
    async for event in rtc.AudioStream(track, sample_rate=48000, num_channels=1):
        recent = np.concatenate([recent, np.frombuffer(event.frame.data, dtype=np.int16)])[-24000:]
        counts["blocks"] += 1
        loud = len(recent) == 24000 and np.abs(recent).max() > 500
        counts["hz"] = float(((recent[:-1] < 0) & (recent[1:] >= 0)).sum() * 2) if loud else 0.0


async def main(url, token, other):
    room = rtc.Room()
    tasks = []

    @room.on("track_subscribed")
    def subscribed(track, _publication, participant):
        if participant.identity == other:
            kind = see if track.kind == rtc.TrackKind.KIND_VIDEO else hear
            tasks.append(asyncio.create_task(kind(track)))

    await room.connect(url, token, rtc.RoomOptions(single_peer_connection=False))
    camera = rtc.VideoSource(WIDTH, HEIGHT)
    microphone = rtc.AudioSource(48000, 1)
    await room.local_participant.publish_track(
        rtc.LocalVideoTrack.create_video_track("camera", camera),
        rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA),
    )
    await room.local_participant.publish_track(
        rtc.LocalAudioTrack.create_audio_track("microphone", microphone),
        rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE),
    )
    tasks += [asyncio.create_task(pictures(camera)), asyncio.create_task(tone(microphone))]

    async def report():
        while True:
            print(json.dumps(counts), flush=True)
            await asyncio.sleep(0.1)

    tasks.append(asyncio.create_task(report()))
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await room.disconnect()


asyncio.run(main(*sys.argv[1:]))
