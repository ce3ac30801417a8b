async def fetch() -> str:
    return "row"


async def show() -> str:
    return await fetch()
