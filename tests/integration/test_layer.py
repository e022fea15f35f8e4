"""The channel layer on a real Redis: what it does when Redis goes, comes back, stalls or forgets."""

import asyncio
import contextlib

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

import delivery.layer
from delivery.layer import LAYER_RESUMED, MAILBOX_SIZE, OneProcessLayer, RedisLayer
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.once, pytest.mark.asyncio]

BOTH = pytest.mark.parametrize("redis_server", ["valkey", "redis"], indirect=True)


@contextlib.asynccontextmanager
async def connected(redis_server, count=1):
    layers = [RedisLayer(hosts=[redis_server.url]) for _ in range(count)]
    try:
        yield layers[0] if count == 1 else layers
    finally:
        for layer in layers:
            await layer.flush()


async def joined(layer, group="inbox.1"):
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    return channel


async def received(layer, channel, seconds=5.0):
    async with asyncio.timeout(seconds):
        return await layer.receive(channel)


async def until_resumed(layer, channel):
    while (await received(layer, channel, 15))["type"] != LAYER_RESUMED:
        pass


def note(number):
    return {"type": "inbox.frames", "frames": [f"frame {number}", "₹ and नमस्ते"]}


@BOTH
async def test_a_message_reaches_every_channel_of_its_group_in_every_process_and_no_other(redis_server):
    async with connected(redis_server, 2) as (web, worker):
        mine, also_mine, theirs = await joined(web), await joined(web), await joined(web, "inbox.2")
        await worker.group_send("inbox.1", note(1))
        await worker.group_send("inbox.2", note(2))
        assert await received(web, mine) == note(1)
        assert await received(web, also_mine) == note(1)
        assert await received(web, theirs) == note(2)


async def test_a_message_sent_right_after_joining_is_not_missed(redis_server):
    async with connected(redis_server, 2) as (web, worker):
        for number in range(50):
            channel = await joined(web, f"inbox.{number}")
            await worker.group_send(f"inbox.{number}", note(number))
            assert await received(web, channel) == note(number)


@BOTH
async def test_after_redis_was_killed_sockets_are_told_to_ask_and_messages_flow_again(
    redis_server,
):
    async with connected(redis_server, 2) as (web, worker):
        channel = await joined(web)
        redis_server.kill()
        with pytest.raises(RedisConnectionError):
            await worker.group_send("inbox.1", note(1))
        redis_server.start()
        await until_resumed(web, channel)
        await worker.group_send("inbox.1", note(2))
        assert await received(web, channel) == note(2)


async def test_a_socket_opens_while_redis_is_away_and_is_told_to_ask_when_it_is_back(redis_server):
    async with connected(redis_server, 2) as (web, worker):
        redis_server.stop()
        channel = await joined(web)
        redis_server.start()
        await until_resumed(web, channel)
        await worker.group_send("inbox.1", note(1))
        assert await received(web, channel) == note(1)


async def test_what_was_published_while_redis_stalled_arrives_when_it_goes_on(redis_server):
    async with connected(redis_server, 2) as (web, worker):
        channel = await joined(web)
        redis_server.pause()
        sending = asyncio.create_task(worker.group_send("inbox.1", note(1)))
        await asyncio.sleep(0)
        redis_server.resume()
        await sending
        assert await received(web, channel) == note(1)


async def test_a_forgetful_redis_forgets_no_subscription(redis_server):
    async with connected(redis_server, 2) as (web, worker):
        channel = await joined(web)
        redis_server.flush()
        await worker.group_send("inbox.1", note(1))
        assert await received(web, channel) == note(1)


async def test_a_socket_that_falls_behind_is_told_to_ask_instead_of_filling_the_memory(redis_server):
    async with connected(redis_server, 2) as (web, worker):
        slow, quick = await joined(web), await joined(web)
        for number in range(MAILBOX_SIZE + 10):
            await worker.group_send("inbox.1", note(number))
            await received(web, quick)
        assert (await received(web, slow))["type"] == LAYER_RESUMED
        assert await received(web, slow) == note(MAILBOX_SIZE + 1)


@BOTH
async def test_ten_idle_seconds_do_not_end_the_subscription(redis_server):
    async with connected(redis_server, 2) as (web, worker):
        channel = await joined(web)
        with pytest.raises(TimeoutError):
            await received(web, await joined(web), 11)
        await worker.group_send("inbox.1", note(1))
        assert await received(web, channel) == note(1)


async def test_a_process_without_sockets_asks_redis_for_a_sign_of_life_and_goes_on(redis_server, monkeypatch):
    monkeypatch.setattr(delivery.layer, "SILENCE", 0.1)
    async with connected(redis_server, 2) as (web, worker):
        await web.forget_channel(await joined(web))  # nothing is subscribed to: Redis answers a plain PONG
        await asyncio.sleep(0.5)  # several silences
        channel = await joined(web)
        await worker.group_send("inbox.1", note(1))
        assert await received(web, channel) == note(1)


async def test_a_message_of_somebody_elses_making_ends_no_listening(redis_server, caplog):
    async with connected(redis_server, 2) as (web, worker):
        channel = await joined(web)
        client = redis_server.client()
        client.publish("asgi__group__inbox.1", b"\xc1 not msgpack")
        client.close()
        await worker.group_send("inbox.1", note(1))
        assert await received(web, channel) == note(1)
    assert "could not be unpacked" in caplog.text


async def test_when_its_consumer_ends_nothing_of_a_channel_is_left(redis_server):
    async with connected(redis_server) as layer:
        for _ in range(20):
            await layer.forget_channel(await joined(layer))
        inner = layer._get_layer()
        assert (inner._boxes.channels, inner._boxes.groups) == ({}, {})
        client = redis_server.client()
        wait_until(lambda: client.pubsub_channels() == [])
        client.close()


async def test_in_one_process_any_thread_reaches_the_sockets_of_the_server():
    layer = OneProcessLayer()
    channel = await joined(layer)
    await asyncio.to_thread(lambda: asyncio.run(layer.group_send("inbox.1", note(1))))
    assert await received(layer, channel) == note(1)
    assert layer.is_listening
    await layer.forget_channel(channel)
    assert not layer.is_listening
