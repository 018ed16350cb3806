import asyncio

from sitebox.allocator import Allocator, CommandFailed, CurrentWanted, Unplugged


class Point:
    def __init__(self, id, refuses=0):
        self.id, self.max_amps, self.limit, self.refuses = id, 32, 0, refuses

    async def set_limit(self, amps):
        for _ in range(5):
            await asyncio.sleep(0)
        if self.refuses > 0:
            self.refuses -= 1
            raise CommandFailed("no answer")
        self.limit = amps


async def stream(*events):
    for event in events:
        yield event


async def main():
    a, b = Point("a"), Point("b")
    allocator = Allocator(40)
    await allocator.run(stream(CurrentWanted(a), CurrentWanted(b)))
    assert a.limit + b.limit <= 40, (a.limit, b.limit)
    assert (a.limit, b.limit) == (32, 8)

    await allocator.run(stream(Unplugged(a), CurrentWanted(a), Unplugged(a), Unplugged(b)))
    assert allocator.free_amps == 40

    c = Point("c", refuses=1)
    await allocator.run(stream(CurrentWanted(c)))
    assert allocator.free_amps == 40, "nothing is kept for a point that refused"
    await allocator.run(stream(CurrentWanted(c)))
    assert (c.limit, allocator.free_amps) == (32, 8)


asyncio.run(main())
