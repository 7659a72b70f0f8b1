import asyncio

import openai

from server import HI, SAID, WORDS, Weather


def run(connect, work):
    """Has a client of its own do the work, for it belongs to one event loop."""

    async def with_client():
        async with connect(cls=openai.AsyncOpenAI) as client:
            return await work(client)

    return asyncio.run(with_client())


def test_plain_replies_side_by_side(connect):
    async def work(client):
        asked = [client.chat.completions.create(model="gpt-4o", messages=HI) for _ in range(20)]
        return await asyncio.gather(*asked)

    replies = run(connect, work)
    assert {reply.choices[0].message.content for reply in replies} == {SAID}
    assert len({reply.id for reply in replies}) == 20


def test_the_stream(connect):
    async def work(client):
        stream = await client.chat.completions.create(model="gpt-4o", messages=HI, stream=True)
        return [chunk.choices[0].delta.content async for chunk in stream]

    assert [word for word in run(connect, work) if word] == WORDS


def test_the_stream_helper(connect):
    async def work(client):
        async with client.chat.completions.stream(model="gpt-4o", messages=HI) as stream:
            pieces = [event.delta async for event in stream if event.type == "content.delta"]
            return pieces, await stream.get_final_completion()

    pieces, final = run(connect, work)
    assert pieces == WORDS
    assert final.choices[0].message.content == SAID


def test_a_reply_is_parsed(connect):
    async def work(client):
        return await client.chat.completions.parse(model="gpt-4o", messages=HI, response_format=Weather)

    assert isinstance(run(connect, work).choices[0].message.parsed, Weather)


def test_a_response(connect):
    async def work(client):
        async with client.responses.stream(model="gpt-4o", input="Hi!") as stream:
            pieces = [event.delta async for event in stream if event.type == "response.output_text.delta"]
            return pieces, await stream.get_final_response()

    pieces, final = run(connect, work)
    assert pieces == WORDS
    assert final.output_text == SAID


def test_lists_and_vectors(connect):
    async def work(client):
        models = [model.id async for model in client.models.list()]
        return models, await client.embeddings.create(model="text-embedding-3-small", input="Hi!")

    models, embeddings = run(connect, work)
    assert "gpt-4o" in models
    assert len(embeddings.data[0].embedding) == 1536
