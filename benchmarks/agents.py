"""Count the tokens that assistants read: the list of tools, and a default answer of each tool.

    python benchmarks/agents.py [--db papers.db]

Tokens are those of o200k_base (GPT-4o and later; bpe-openai has the vocabulary). For English, other
models differ from it by some per cent. Exit status 1 if a limit is exceeded.
"""

import argparse
import asyncio
import importlib.util
import json
import statistics
import sys
import time
from pathlib import Path

import bpe_openai
from mcp.server.mcpserver import MCPServer

from papersette.__main__ import open_engine
from papersette.agents.answers import count_tokens
from papersette.agents.library import Library, Table
from papersette.agents.tools import INSTRUCTIONS, TOOLS

MOST_OF_TOOLS = 2500
MOST_OF_ANSWER = 2000
PAPERS = 60
"""Number of papers, evenly spaced in the collection, whose answers are counted."""
QUERIES = (
    "noise", "generative adversarial network", '"batch normalization"', "how do GANs collapse",
    "reinforcement learning exploration bonus", "", "cites:bengio", "has:code", "lstm OR gru",
)  # fmt: skip
COLUMNS = ("tool", "words", "answers", "median", "longest", "estimate", "ms")
"""Tool; words of its description; answers; median and largest number of tokens; the tool's own
count divided by the real one; milliseconds."""
ENCODING = bpe_openai.get_encoding("o200k_base")


class Addresses:
    """Example addresses, as long as those of a site."""

    def paper(self, paper_id):
        return f"https://papers.example.org/papers/papers/{paper_id}"

    def page(self, paper_id, page, q=""):
        return f"{self.paper(paper_id)}/read?page={page}&q={q.replace(' ', '+')}"

    def search(self, arguments):
        return f"https://papers.example.org/papers/search?q={arguments.get('q', '')}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, default=Path("papers.db"))
    engine = open_engine(parser.parse_args().db)

    def run_sql(sql, size):
        cursor = engine.connect().execute(sql)
        rows = cursor.fetchmany(size + 1)
        return Table([column[0] for column in cursor.description], rows[:size], len(rows) > size)

    library = Library(engine, Addresses(), run_sql)
    tools = count(asyncio.run(to_list()))
    print(f"instructions: {count(INSTRUCTIONS)} tokens; tools/list: {tools} tokens\n")
    rows = [measure(library, tool) for tool in TOOLS]
    for row in [COLUMNS, *rows]:
        print("".join(f"{cell:<15}" if not n else f"{cell:>10}" for n, cell in enumerate(row)))
    return int(tools > MOST_OF_TOOLS or any(row[4] > MOST_OF_ANSWER for row in rows))


def count(text):
    """Return the number of tokens of a text."""
    return len(ENCODING.encode(text))


async def to_list():
    """Return the list of tools as it is sent to clients."""
    path = Path(__file__).parent.parent / "plugins/agents.py"
    spec = importlib.util.spec_from_file_location("plugin", path)
    plugin = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plugin)
    server = MCPServer("count")
    for tool in TOOLS:
        server.add_tool(
            plugin.to_function(None, tool),
            name=tool.name,
            description=tool.description,
            annotations=plugin.READ_ONLY,
            structured_output=False,
        )
    tools = [
        tool.model_dump(mode="json", by_alias=True, exclude_none=True)
        for tool in await server.list_tools()
    ]
    return json.dumps({"tools": tools}, separators=(",", ":"))


def measure(library, tool):
    """Return a row of the table: tokens and time of a tool's answers."""
    texts, started = [], time.perf_counter()
    for given in to_calls(library, tool.name):
        texts.append(tool.call(library, given))
    milliseconds = 1000 * (time.perf_counter() - started) / len(texts)
    tokens = [count(text) for text in texts]
    estimate = sum(map(count_tokens, texts)) / sum(tokens)
    words = len(tool.description.split())
    return [tool.name, words, len(texts), int(statistics.median(tokens)), max(tokens),
            f"{estimate:.2f}", f"{milliseconds:.0f}"]  # fmt: skip


def to_calls(library, name):
    """Yield arguments of calls with the default lengths."""
    ids = [row["paper_id"] for row in library.query("select paper_id from papers order by number")]
    ids = ids[:: max(1, len(ids) // PAPERS)][:PAPERS]
    with_text = {row["paper_id"] for row in library.query("select distinct paper_id from pages")}
    queries = [{"q": q} for q in QUERIES]
    calls = {
        "search": queries,
        "read": [
            {"paper_id": one} | pages for one in ids for pages in ({}, {"pages": "1-3"})
            if not pages or one in with_text
        ],
        "find_in_paper": [{"paper_id": one, "q": "learning"} for one in ids if one in with_text],
        "citations": [{"paper_id": one} | direction for one in ids
                      for direction in ({}, {"direction": "cited_by"})] + queries[:4],
        "similar": [{"paper_id": one} for one in ids],
        "describe": [{}],
        "sql": [{}, {"sql": "select * from papers"}, {"sql": "select * from pages"}],
    }  # fmt: skip
    return calls[name]


if __name__ == "__main__":
    sys.exit(main())
