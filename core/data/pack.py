"""Packs tiktoken's vocabularies for core/src/tokens/dictionary.rs.

    python3 pack.py cl100k_base.tiktoken > cl100k_base.bpe

A line of the source is a token in base64 and its rank; the ranks count up
from 0. What is written has each token in that order, after its length in a
byte.
"""

import base64
import sys

with open(sys.argv[1], "rb") as source:
    for expected, line in enumerate(source):
        token, rank = line.split()
        assert int(rank) == expected, f"rank {rank} in line {expected + 1}"
        token = base64.b64decode(token)
        sys.stdout.buffer.write(bytes([len(token)]) + token)
