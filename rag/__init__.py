"""On Record: ask a corpus, get back only what it says, word for word, with proof."""
