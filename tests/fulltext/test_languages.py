"""The language of a text."""

import pytest

from papersette.fulltext.languages import detect

TEXTS = {
    "en": "The noise of the gradient has a covariance that depends on the batch size of training.",
    "de": "Das Rauschen des Gradienten hängt von der Größe der Stapel ab, "
    "mit denen trainiert wird.",
    "fr": "Le bruit du gradient dépend de la taille des lots avec lesquels le réseau est entraîné.",
    "ru": "Шум градиента зависит от размера пакетов, на которых обучается нейронная сеть.",
    "ar": "يعتمد ضجيج التدرج على حجم الدفعات التي تدرب عليها الشبكة العصبية في هذه الدراسة.",
    "zh": "梯度噪声取决于训练神经网络时所使用的批量大小，"
    "这一点在本文的实验中得到了证实，并且在多个数据集上进行了比较和验证，"
    "结果说明较小的批量会带来更大的噪声，有利于模型的泛化能力。",
}


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_of_a_paragraph_is_detected(language):
    assert detect([TEXTS[language]]) == language


@pytest.mark.parametrize("text", ["", "x y 12", "𝑥 = 𝑦", "E = mc"])
def test_too_little_text_has_no_language(text):
    assert detect([text]) is None
