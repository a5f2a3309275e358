"""The map of papers, from their texts."""

from papersette.knowledge.paper_map import to_layout, to_points, to_vectors
from papersette.knowledge.related import Collection


def draw_map(documents, tags):
    """Return a point for each document in order, as the stages of a build do."""
    collection = Collection(documents)
    layout = to_layout(to_vectors(collection, range(len(collection.ids))))
    return list(to_points(collection.ids, layout, tags))
