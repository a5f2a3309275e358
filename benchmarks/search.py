"""How well the search ranks, and how long it takes: `python benchmarks/search.py` after building catalogs/iclr2019.yml.

Known-item search: 195 sentences that reviewers wrote about a paper (relevance/queries-dev.jsonl of the foreign data), each
asked of the canned query `search` of a served papers.db. Speed: the same answers beside a scan for a substring, in one run.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import statistics
import time
from pathlib import Path

import yaml
from datasette.app import Datasette

ROOT = Path(__file__).parent.parent
SHORT = ["dropout", "generative adversarial network", '"batch normalization"', "wikitext lstm", "meta-learning",
         "graph neural network", '"anisotropic noise"', "learning", "imagenet resnet", "policy gradient atari"]  # fmt: skip


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", type=Path, default=ROOT / "papers.db")
    data = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--queries", type=Path, default=data / "relevance" / "queries-dev.jsonl")
    options = parser.parse_args()
    site = Datasette(
        immutables=[str(options.db)],
        metadata=yaml.safe_load((ROOT / "metadata.yml").read_text()),
        plugins_dir=str(ROOT / "plugins"),
        settings=json.loads((ROOT / "settings.json").read_text()),
    )
    await site.invoke_startup()
    await known_items(site, [json.loads(line) for line in options.queries.read_text().splitlines()])
    await speed(site, options.db)


async def ask(site: Datasette, q: str) -> tuple[list[str], float]:
    """Paper ids of the first page, and the milliseconds it took."""
    started = time.perf_counter()
    answer = await site.client.get("/papers/search.json", params={"q": q, "_shape": "array"})
    answer.raise_for_status()
    return [row["paper_id"] for row in answer.json()], 1000 * (time.perf_counter() - started)


async def known_items(site: Datasette, queries: list[dict[str, str]]) -> None:
    ranks, times = [], []
    for query in queries:
        ids, milliseconds = await ask(site, query["query"])
        ranks.append(ids.index(query["paper_id"]) + 1 if query["paper_id"] in ids[:10] else None)
        times.append(milliseconds)
    found = [rank for rank in ranks if rank]
    print(f"known-item search, {len(ranks)} sentences: MRR@10 {sum(1 / rank for rank in found) / len(ranks):.3f},", end=" ")
    print(f"found in the first ten {len(found) / len(ranks):.3f}, median {statistics.median(times):.0f} ms")


async def speed(site: Datasette, db: Path) -> None:
    with sqlite3.connect(db) as conn:
        texts = [row[0].lower() for row in conn.execute("select coalesce(body, '') || coalesce(refs, '') from pages")]
    print(f"{'query':32}{'search ms':>10}{'scan ms':>9}{'ratio':>7}")
    for q in SHORT:
        await ask(site, q)
        searched = statistics.median([(await ask(site, q))[1] for _ in range(5)])
        started = time.perf_counter()
        sum(q.strip('"') in text for text in texts)
        scanned = 1000 * (time.perf_counter() - started)
        print(f"{q:32}{searched:10.1f}{scanned:9.1f}{searched / scanned:7.2f}")


if __name__ == "__main__":
    asyncio.run(main())
