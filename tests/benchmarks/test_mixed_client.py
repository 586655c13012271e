import asyncio

import pytest

from benchmarks.mixed_client import Client
from benchmarks.mixed_requests import People, Request

ANSWER = b"HTTP/1.1 %d Said\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.parametrize(("status", "done", "errors"), [(200, 1, 0), (429, 0, 1), (500, 0, 1)])
def test_only_expected_answers_are_work_done(status: int, done: int, errors: int) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER % status)
        await writer.drain()

    async def ask() -> Client:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        client = Client(People([], {}, [], run=1), server.sockets[0].getsockname()[1])
        await client._ask(Request("front", "/"), due=asyncio.get_running_loop().time())
        client.hang_up()
        server.close()
        return client

    answers = asyncio.run(ask()).answers
    assert (len(answers.all_times), len(answers.ends), answers.errors) == (done, done, errors)
    assert answers.statuses == {str(status): 1}
