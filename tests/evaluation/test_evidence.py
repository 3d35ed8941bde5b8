"""Taking quoted sentences away, on authored triplets and the committed model."""

from pathlib import Path

from pipeline.corpora.authored import read_triplets
from pipeline.evaluation.evidence import evidence_figures
from pipeline.score import load_models

from .conftest import prepared_text

TRIPLETS = Path(__file__).parents[2] / "data" / "authored" / "triplets"


def test_the_quoted_sentences_decided_more_than_others_of_like_length():
    texts = [prepared_text(text.id, text.label, text.text) for text in read_triplets(TRIPLETS)[:90]]
    figures = evidence_figures(load_models().quality, texts, documents=60, seed=1)
    assert figures["documents"] == 60
    assert figures["fall_without_quoted"] > figures["fall_without_random"]
    assert figures["difference_95"][0] > 0


def test_the_same_seed_draws_the_same_documents():
    texts = [prepared_text(text.id, text.label, text.text) for text in read_triplets(TRIPLETS)[:12]]
    model = load_models().quality
    assert evidence_figures(model, texts, documents=5, seed=3) == evidence_figures(model, texts, documents=5, seed=3)
